import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { StreamThread } from './stream-thread.js';
import { ALIVE_EVERY_MS } from './thread-messages.js';

/** A thread that speaks as the stream's does, without Kafka and Postgres. */
function thread(body: string, whenToldToStop = 'process.exit(0);'): URL {
  const script = `
    import { parentPort } from 'node:worker_threads';
    const tell = (message) => parentPort.postMessage(message);
    const answers = { readiness: { kafka: { ready: false, reason: 'away' }, outbox: { ready: true } }, metrics: [{ name: 'm' }] };
    ${body}
    parentPort.on('message', ({ kind }) => { if (kind === 'stop') { ${whenToldToStop} } });`;
  return new URL(`data:text/javascript,${encodeURIComponent(script)}`);
}

const WORKING = thread(`
  parentPort.on('message', ({ kind, id, question }) => {
    if (kind === 'ask') tell({ kind: 'answer', id, answer: answers[question] });
  });
  tell({ kind: 'started' });`);

let threads: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  jest.useRealTimers();
  await Promise.allSettled(threads.map((stream) => stream.stop()));
  threads = [];
});

function start(script: URL) {
  const warn = jest.fn();
  const losses: unknown[] = [];
  let tellLoss: (error: unknown) => void;
  const lost = new Promise<unknown>((resolve) => (tellLoss = resolve));
  const onLost = (error: unknown): void => {
    losses.push(error);
    tellLoss(error);
  };
  const stream = new StreamThread({ script, logger: { warn }, onLost });
  threads.push(stream);
  return { stream, warn, losses, lost };
}

/** A thread that does not answer has started as well. */
async function untilItRuns(stream: StreamThread): Promise<void> {
  const isStarting = () =>
    stream.readiness('outbox').then(
      ({ reason }) => reason === 'the stream is starting',
      () => false,
    );
  while (await isStarting()) await new Promise(setImmediate);
}

describe('the stream’s thread', () => {
  it('is not ready while it starts', async () => {
    const { stream } = start(thread(''));
    expect(await stream.readiness('kafka')).toEqual({ ready: false, reason: 'the stream is starting' });
    expect(await stream.metrics()).toEqual([]);
  });

  it('says of each of its parts whether it works, and gives its numbers', async () => {
    const { stream } = start(WORKING);
    await untilItRuns(stream);
    expect(await stream.readiness('kafka')).toEqual({ ready: false, reason: 'away' });
    expect(await stream.readiness('outbox')).toEqual({ ready: true });
    expect(await stream.metrics()).toEqual([{ name: 'm' }]);
  });

  it('ends when it is told to, and is not missed then', async () => {
    const { stream, losses } = start(WORKING);
    await untilItRuns(stream);
    await stream.stop();
    expect(losses).toEqual([]);
  });

  it('fails to stop when something failed in it', async () => {
    const { stream } = start(thread('', `throw new Error('the broker is gone');`));
    await expect(stream.stop()).rejects.toThrow('the broker is gone');
  });

  it.each([
    ['an error that nobody caught', `throw new Error('out of luck');`, 'out of luck'],
    ['a rejection that nobody handled', `void Promise.reject(new Error('out of luck'));`, 'out of luck'],
    ['an exit', 'process.exit(1);', 'ended with code 1'],
    ['an exit that nobody asked for', 'process.exit(0);', 'ended with code 0'],
  ])('is lost by %s, and that is told once', async (_what, body, told) => {
    const { stream, losses, lost } = start(thread(body));
    expect(String(await lost)).toContain(told);
    expect(await stream.readiness('kafka')).toEqual({ ready: false, reason: 'the stream is lost' });
    expect(losses).toHaveLength(1);
  });

  it('is lost when its event loop stands still for a minute', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance'] });
    const { losses, lost } = start(thread('for (;;);'));
    jest.advanceTimersByTime(11 * ALIVE_EVERY_MS);
    expect(losses).toEqual([]);
    jest.advanceTimersByTime(ALIVE_EVERY_MS);
    expect(String(await lost)).toContain('stands still');
  });

  it('is missing in a scrape, which the log says, when it is too busy to answer', async () => {
    const { stream, warn } = start(thread(`tell({ kind: 'started' });`));
    await untilItRuns(stream);
    expect(await stream.metrics()).toEqual([]);
    expect(warn).toHaveBeenCalledTimes(1);
  });
});
