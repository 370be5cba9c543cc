import { z } from 'zod';

export interface SimulatorConfig {
  readonly mode: 'once' | 'loop';
  readonly isFresh: boolean;
  readonly brokers: readonly string[];
  readonly callIngestUrl: string;
  readonly accountId: string;
  /** Another account whose PBX is fed to Kafka and has no other door; null: none. It gets calls in the loop. */
  readonly kafkaAccountId: string | null;
  readonly canonical: { readonly sourceId: string; readonly secret: string };
  readonly uis: { readonly sourceId: string; readonly secret: string };
  readonly itoolabs: { readonly sourceId: string; readonly secret: string };
  readonly speed: number;
  /** When the recorded calls began; null: so that the longest ends now. */
  readonly startedAtMs: number | null;
}

const filled = z.string('is not set').min(1, 'is not set');
const environment = z.object({
  KAFKA_BROKERS: filled,
  CALL_INGEST_URL: z.url('must be the address of call-ingest'),
  ACCOUNT_ID: filled,
  KAFKA_ACCOUNT_ID: filled.optional(),
  CANONICAL_SOURCE_ID: filled,
  CANONICAL_SECRET: filled,
  UIS_SOURCE_ID: filled,
  UIS_SECRET: filled,
  ITOOLABS_SOURCE_ID: filled,
  ITOOLABS_SECRET: filled,
  SPEED: z
    .string()
    .regex(/^(?:max|\d+(?:\.\d+)?)$/, 'must be a number such as 10, or max')
    .transform((text) => (text === 'max' ? Infinity : Number(text)))
    .refine((speed) => speed > 0, 'must be above 0')
    .optional(),
  START_AT: z.iso.datetime({ offset: true, message: 'must be RFC 3339' }).optional(),
});

const usage = `pbx-simulator --once [--fresh] | --loop
  --once   plays the recorded calls with their recorded ids: a second run is a duplicate delivery
  --fresh  the same as new calls of new clients
  --loop   new calls of new clients until stopped`;

/** @throws Error with everything that is wrong, for a person to read */
export function readConfig(args: readonly string[], env: NodeJS.ProcessEnv): SimulatorConfig {
  const known = new Set(['--once', '--loop', '--fresh']);
  const isOnce = args.includes('--once');
  if (args.some((arg) => !known.has(arg)) || isOnce === args.includes('--loop')) throw new Error(usage);
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`the environment is not usable:\n${problems.join('\n')}`);
  }
  const values = parsed.data;
  return {
    mode: isOnce ? 'once' : 'loop',
    isFresh: args.includes('--fresh'),
    brokers: values.KAFKA_BROKERS.split(',').map((broker) => broker.trim()),
    callIngestUrl: values.CALL_INGEST_URL.replace(/\/+$/, ''),
    accountId: values.ACCOUNT_ID,
    kafkaAccountId: values.KAFKA_ACCOUNT_ID ?? null,
    canonical: { sourceId: values.CANONICAL_SOURCE_ID, secret: values.CANONICAL_SECRET },
    uis: { sourceId: values.UIS_SOURCE_ID, secret: values.UIS_SECRET },
    itoolabs: { sourceId: values.ITOOLABS_SOURCE_ID, secret: values.ITOOLABS_SECRET },
    speed: values.SPEED ?? (isOnce ? 20 : 4),
    startedAtMs: values.START_AT === undefined ? null : Date.parse(values.START_AT),
  };
}
