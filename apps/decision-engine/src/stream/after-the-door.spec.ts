import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { getPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from '@jest/globals';

/** Linux; elsewhere the thread goes on as it was. */
const hasThreadPriorities = existsSync('/proc/thread-self');

/** A thread that comes after this one, and tells the priorities of both. */
const SCRIPT = `
  import { readlinkSync } from 'node:fs';
  import { getPriority } from 'node:os';
  import { basename } from 'node:path';
  import { parentPort } from 'node:worker_threads';
  import { comeAfterTheDoor } from '${new URL('../../dist/stream/after-the-door.js', import.meta.url).href}';
  comeAfterTheDoor();
  const threadId = ${String(hasThreadPriorities)} ? Number(basename(readlinkSync('/proc/thread-self'))) : process.pid;
  parentPort.postMessage({ own: getPriority(threadId), ofTheDoor: getPriority(process.pid) });`;

describe('the stream’s thread', () => {
  it('took the processor from the door: it comes after it, and the door stays as it was', async () => {
    const before = getPriority(process.pid);
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(SCRIPT)}`));
    const [told] = (await once(worker, 'message')) as [{ own: number; ofTheDoor: number }];
    await worker.terminate();
    expect(told).toEqual({ own: hasThreadPriorities ? 10 : before, ofTheDoor: before });
  });
});
