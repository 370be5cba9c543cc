import type { MessagePort } from 'node:worker_threads';
import { ALIVE_EVERY_MS, type Answers, type FromStream, type ToStream } from './thread-messages.js';

/** The stream as its thread runs it: what `startStream` gives. */
export interface RunningStream {
  readiness(): Answers['readiness'];
  metrics(): Promise<Answers['metrics']>;
  /** Something was committed to the outbox by the other thread. */
  wakeRelay(): void;
  stop(): Promise<void>;
}

/**
 * The thread's side of {@link StreamThread}. Whatever fails here is thrown and ends the thread, and with it the process:
 * a fresh one takes up what was not committed.
 */
export async function runThread(port: MessagePort, start: () => Promise<RunningStream>): Promise<void> {
  const tell = (message: FromStream): void => {
    port.postMessage(message);
  };
  setInterval(tell, ALIVE_EVERY_MS, { kind: 'alive' });
  const stream = await start();
  const answerTo = { readiness: () => stream.readiness(), metrics: () => stream.metrics() };

  const obey = async (message: ToStream): Promise<void> => {
    switch (message.kind) {
      case 'ask':
        tell({ kind: 'answer', id: message.id, answer: await answerTo[message.question]() });
        return;
      case 'wake-relay':
        stream.wakeRelay();
        return;
      case 'stop':
        await stream.stop();
        process.exit(0); // of this thread alone
    }
  };
  port.on('message', (message: ToStream) => void obey(message));
  tell({ kind: 'started' });
}
