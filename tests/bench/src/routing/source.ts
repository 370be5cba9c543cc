import { setTimeout as sleep } from 'node:timers/promises';
import { BenchBroker } from '../ingest/broker.js';
import { benchEvents } from '../ingest/input.js';
import type { Stream } from './round.js';

/**
 * The PBX whose calls stream, as a process of its own: it is another machine, and the bench's own heap is full of what went
 * before. It is told what to stream, then to stop, and says how many it has sent.
 */
const TICK_MS = 20;
const stopped = new AbortController();

process.once('disconnect', () => process.exit(0)); // the bench has ended: nobody measures what would be streamed
process.on('message', (message: Stream | 'stop') => {
  if (message === 'stop') stopped.abort();
  else void stream(message).then((sent) => process.send?.(sent));
});

async function stream({ perSecond, from }: Stream): Promise<number> {
  const broker = await BenchBroker.connect(process.env['KAFKA_BROKERS'] ?? '');
  const startedMs = performance.now();
  let sent = 0;
  while (!stopped.signal.aborted) {
    const due = Math.round(((performance.now() - startedMs) * perSecond) / 1000);
    await broker.produce(benchEvents(due - sent, from + sent));
    sent = due;
    await sleep(TICK_MS);
  }
  await broker.disconnect();
  return sent;
}
