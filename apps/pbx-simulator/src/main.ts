import { setMaxListeners } from 'node:events';
import { KafkaProducer, type Logger } from '@perezvon/kafka';
import { readConfig, type SimulatorConfig } from './config.js';
import { Doors } from './doors.js';
import { playForever, playOnce, startOfRecorded } from './player.js';
import { readSample } from './sample.js';

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const logger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (_fields, message) => void process.stderr.write(`${message}\n`),
  error: (_fields, message) => void process.stderr.write(`${message}\n`),
};

/** @returns the exit code */
async function run(config: SimulatorConfig, signal: AbortSignal): Promise<number> {
  const connection = { brokers: config.brokers, clientId: 'pbx-simulator' };
  const producer = new KafkaProducer({ connection, logger });
  const playing = { doors: new Doors(config, producer), speed: config.speed, signal, print };
  const scenes = readSample();
  try {
    if (config.mode === 'loop') {
      const byKafka = scenes.filter(({ deliveries }) => deliveries.every(({ door }) => door === 'kafka'));
      await Promise.all([
        playForever(scenes, config.accountId, playing),
        ...(config.kafkaAccountId === null ? [] : [playForever(byKafka, config.kafkaAccountId, playing)]),
      ]);
      return 0;
    }
    const nowMs = Date.now();
    const startedAtMs = config.startedAtMs ?? startOfRecorded(scenes, nowMs);
    const fresh = config.isFresh ? nowMs : null;
    const failures = await playOnce(scenes, { accountId: config.accountId, startedAtMs, fresh }, playing);
    return failures === 0 && !signal.aborted ? 0 : 1;
  } finally {
    await producer.disconnect(5_000);
  }
}

const stopping = new AbortController();
setMaxListeners(0, stopping.signal); // every scene waits on it
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
try {
  process.exitCode = await run(readConfig(process.argv.slice(2), process.env), stopping.signal);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
