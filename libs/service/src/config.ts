import { z } from 'zod';

/** One thing that is wrong with the environment. Never holds the value: it may be a secret. */
export interface ConfigProblem {
  readonly variable: string;
  readonly problem: string;
  readonly example?: string;
}

/** Everything that is wrong with the environment, at once. `runMain` prints it and exits with 78 (EX_CONFIG). */
export class ConfigError extends Error {
  readonly code = 'CONFIG_INVALID';

  constructor(readonly problems: readonly ConfigProblem[]) {
    super(describe(problems));
    this.name = 'ConfigError';
  }
}

type Env = Readonly<Record<string, string | undefined>>;

/** A part of a service's configuration, read from one or several variables. */
export interface Fragment<Value> {
  read(env: Env): { value: Value } | { problems: ConfigProblem[] };
}

/** What a service's configuration is made of: fragments, or zod schemas whose field is the variable's name. */
export type ConfigShape = Readonly<Record<string, Fragment<unknown> | z.ZodType>>;

export type ConfigOf<Shape extends ConfigShape> = {
  readonly [Field in keyof Shape]: Shape[Field] extends Fragment<infer Value>
    ? Value
    : Shape[Field] extends z.ZodType
      ? z.output<Shape[Field]>
      : never;
};

/**
 * Reads a service's whole configuration. The only place where a service touches the environment.
 *
 *     const config = readConfig({
 *       kafka: kafkaConfig,
 *       database: databaseConfig('call-ingest'),
 *       port: portConfig('CALL_INGEST_PORT', 3001),
 *       PUBLIC_URL: z.url().meta({ example: 'https://calls.example.org' }),
 *     });
 *
 * A variable that is empty counts as not set. An example comes from the schema's `.meta({ example })`.
 *
 * @throws ConfigError naming every variable that is missing or wrong
 */
export function readConfig<Shape extends ConfigShape>(shape: Shape, env: Env = process.env): ConfigOf<Shape> {
  const config: Record<string, unknown> = {};
  const problems: ConfigProblem[] = [];
  for (const [field, part] of Object.entries(shape)) {
    const outcome = (part instanceof z.ZodType ? variable(field, part) : part).read(env);
    if ('problems' in outcome) problems.push(...outcome.problems);
    else config[field] = outcome.value;
  }
  if (problems.length > 0) throw new ConfigError(distinct(problems));
  return config as ConfigOf<Shape>;
}

/** One variable, under another field name than its own. */
export function variable<Schema extends z.ZodType>(name: string, schema: Schema): Fragment<z.output<Schema>> {
  return {
    read(env) {
      const text = env[name] === '' ? undefined : env[name];
      const parsed = schema.safeParse(text);
      if (parsed.success) return { value: parsed.data };
      const example = exampleOf(schema);
      const problem = text === undefined ? 'is not set' : parsed.error.issues.map((issue) => issue.message).join('; ');
      return { problems: [{ variable: name, problem, ...(example !== undefined && { example }) }] };
    },
  };
}

/** Several fragments as one value; `finish` may refuse a combination by returning problems. */
export function group<Shape extends ConfigShape, Value>(
  shape: Shape,
  finish: (parts: ConfigOf<Shape>) => { value: Value } | { problems: ConfigProblem[] },
): Fragment<Value> {
  return {
    read(env) {
      try {
        return finish(readConfig(shape, env));
      } catch (error) {
        if (error instanceof ConfigError) return { problems: [...error.problems] };
        throw error;
      }
    },
  };
}

function exampleOf(schema: z.ZodType): string | undefined {
  const example = schema.meta()?.['example'];
  return typeof example === 'string' ? example : undefined;
}

function describe(problems: readonly ConfigProblem[]): string {
  const lines = problems.map(
    ({ variable: name, problem, example }) =>
      `  ${name}: ${problem}${example === undefined ? '' : ` (example: ${name}=${example})`}`,
  );
  return `the environment is not usable:\n${lines.join('\n')}`;
}

function distinct(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return [...new Map(problems.map((each) => [`${each.variable}\0${each.problem}`, each])).values()];
}
