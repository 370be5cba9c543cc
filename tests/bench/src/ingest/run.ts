import { startKafka, startPostgres } from '@perezvon/local';
import { startProcess } from '../process.js';
import { median, type Row } from '../rows.js';
import { BenchBroker, OUTPUT } from './broker.js';
import { benchEvents } from './input.js';

interface Contestant {
  readonly script: URL;
  readonly output: string;
  readonly groups: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Messages until the round is over; the slow one gets fewer, its rate is what counts. */
  readonly until: number;
}

const EVENTS = 120_000;
const EVENTS_FOR_NEST = 2_000;

/**
 * Durable ingest (consume → validate → normalise → produce, acks all) as the service itself does it, in turns with the
 * bare kafkajs loop, and with Nest's own Kafka transport and one save per message. Each round is a new process that
 * reads the same events from the beginning.
 */
export async function benchIngest(runs: number, say: (line: string) => void): Promise<Row[]> {
  const kafka = await startKafka();
  const postgres = await startPostgres();
  const broker = await BenchBroker.connect(kafka.brokers);
  try {
    say(`filling ${pbxTopicSize()} events`);
    await broker.fill(benchEvents(EVENTS));
    const env = { KAFKA_BROKERS: kafka.brokers, DATABASE_URL: postgres.url };
    const contestants = contestantsWith(env);
    const rates: Record<keyof typeof contestants, number[]> = { ours: [], bare: [], nest: [] };
    for (let run = 1; run <= runs; run += 1) {
      for (const name of ['bare', 'ours', 'nest'] as const) {
        const rate = await round(broker, contestants[name]);
        rates[name].push(rate);
        say(`run ${String(run)} ${name}: ${Math.round(rate).toLocaleString('en')} msg/s`);
      }
    }
    return rowsOf(rates);
  } finally {
    await broker.disconnect();
    await postgres.dispose();
    await kafka.dispose();
  }
}

const pbxTopicSize = () => EVENTS.toLocaleString('en');

function contestantsWith(env: Record<string, string>): Record<'ours' | 'bare' | 'nest', Contestant> {
  return {
    ours: {
      script: new URL('../../../../apps/call-ingest/dist/main.js', import.meta.url),
      output: OUTPUT.ours,
      groups: ['call-ingest'],
      env: {
        ...env,
        CALL_INGEST_PORT: '0',
        LOG_LEVEL: 'error',
        INTERNAL_API_KEY: 'bench-internal-api-key',
        DECISION_ENGINE_INTERNAL_URL: 'http://127.0.0.1:3002',
      },
      until: EVENTS,
    },
    bare: {
      script: new URL('bare-loop.js', import.meta.url),
      output: OUTPUT.bare,
      groups: ['bench-bare'],
      env,
      until: EVENTS,
    },
    nest: {
      script: new URL('nest-transport.js', import.meta.url),
      output: OUTPUT.nest,
      groups: ['bench-nest', 'bench-nest-server'],
      env,
      until: EVENTS_FOR_NEST,
    },
  };
}

async function round(broker: BenchBroker, contestant: Contestant): Promise<number> {
  await broker.begin([contestant.output], contestant.groups);
  const child = startProcess(contestant.script, contestant.env);
  try {
    await child.unlessItDies(broker.produced(contestant.output, contestant.until));
  } finally {
    await child.end();
  }
  return broker.rate(contestant.output);
}

function rowsOf(rates: Record<'ours' | 'bare' | 'nest', number[]>): Row[] {
  const ours = median(rates.ours);
  const row = (id: string, baseline: number, atLeast: number): Row => ({
    id,
    value: Math.round(ours),
    unit: 'msg/s',
    baseline: Math.round(baseline),
    ratio: Number((ours / baseline).toFixed(3)),
    goal: `ratio >= ${String(atLeast)}`,
    met: ours / baseline >= atLeast,
    runs: rates.ours.map(Math.round),
  });
  return [row('ingest_ratio', median(rates.bare), 0.5), row('nest_transport_ratio', median(rates.nest), 1)];
}
