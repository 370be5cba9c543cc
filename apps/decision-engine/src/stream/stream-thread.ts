import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { withDeadline, type Logger, type MetricsSnapshot, type Readiness } from '@perezvon/service';
import { ALIVE_EVERY_MS, type Answers, type FromStream, type Question, type ToStream } from './thread-messages.js';

/** Longer than any batch holds an event loop; shorter than an operator's patience. */
const SILENT_BEATS = 12;
/** Health checks wait no longer. */
const ANSWER_WITHIN_MS = 1_500;

/**
 * A batch and all that is made of it live until its transaction ends. In V8's usual 48 MB that is long enough to be copied
 * from one half to the other and on into the old generation; twice the size saves half of the collections, and by the
 * medians of noisy runs some 9 % of the thread's time (docs/measurements/pipeline-profile.md). `--max-semi-space-size` on
 * the command line wins, as on small machines.
 */
const YOUNG_GENERATION_MB = 96;

export interface StreamThreadOptions {
  readonly script: URL;
  readonly logger: Pick<Logger, 'warn'>;
  /** The stream is gone or stuck: this process cannot work any more. Told once. */
  readonly onLost: (error: unknown) => void;
}

/**
 * The stream in a thread of its own, as the door's thread sees it: its batches hold its own event loop, not the one that
 * callers wait for (docs/decisions/0054).
 *
 *     starting ──"started"──▶ running ──stop()──▶ stopping ──exit 0──▶ stopped
 *         └──── exit, uncaught error, a minute of silence ────┴──▶ lost: onLost
 *
 * Silence is counted in beats of this thread's own timer, so that a machine that slept has missed one beat, not many.
 */
export class StreamThread {
  private readonly worker: Worker;
  /** Rejects with an error that nobody caught there, or when nobody asked it to end. */
  private readonly exited: Promise<void>;
  private readonly asked = new Map<number, (answer: Answers[Question]) => void>();
  private readonly beat: NodeJS.Timeout;
  private state: 'starting' | 'running' | 'stopping' | 'lost' = 'starting';
  private lastId = 0;
  private silentBeats = 0;

  constructor(private readonly options: StreamThreadOptions) {
    this.worker = new Worker(options.script, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB } });
    this.exited = once(this.worker, 'exit').then(([code]) => {
      if (this.state !== 'stopping' || code !== 0)
        throw new Error(`the stream’s thread ended with code ${String(code)}`);
    });
    this.exited.catch((error: unknown) => {
      this.lost(error);
    });
    this.worker.on('message', (message: FromStream) => {
      this.hear(message);
    });
    this.beat = setInterval(() => {
      this.silentBeats += 1;
      if (this.silentBeats >= SILENT_BEATS) this.lost(new Error('the stream’s event loop stands still'));
    }, ALIVE_EVERY_MS);
  }

  /** Something was committed to the outbox here. */
  wakeRelay(): void {
    this.tell({ kind: 'wake-relay' });
  }

  async readiness(check: keyof Answers['readiness']): Promise<Readiness> {
    if (this.state !== 'running') return { ready: false, reason: `the stream is ${this.state}` };
    return (await this.ask('readiness'))[check];
  }

  /** Nothing while it is busy with itself: the door's own numbers are worth having then. */
  async metrics(): Promise<MetricsSnapshot> {
    if (this.state !== 'running') return [];
    try {
      return await this.ask('metrics');
    } catch (error) {
      this.options.logger.warn({ err: error }, 'the stream’s metrics are missing in this scrape');
      return [];
    }
  }

  /** Resolves when the batch in hand is finished and everything is closed. @throws what went wrong there */
  async stop(): Promise<void> {
    this.state = 'stopping';
    clearInterval(this.beat);
    this.tell({ kind: 'stop' });
    await this.exited;
  }

  private async ask<Q extends Question>(question: Q): Promise<Answers[Q]> {
    const id = (this.lastId += 1);
    try {
      return await withDeadline(ANSWER_WITHIN_MS, `the stream’s answer about its ${question}`, async () => {
        const answer = new Promise<Answers[Question]>((resolve) => this.asked.set(id, resolve));
        this.tell({ kind: 'ask', id, question });
        return (await answer) as Answers[Q]; // the thread answers what was asked: run-thread.ts
      });
    } finally {
      this.asked.delete(id);
    }
  }

  private hear(message: FromStream): void {
    this.silentBeats = 0;
    if (message.kind === 'started' && this.state === 'starting') this.state = 'running';
    if (message.kind === 'answer') this.asked.get(message.id)?.(message.answer);
  }

  private tell(message: ToStream): void {
    this.worker.postMessage(message);
  }

  private lost(error: unknown): void {
    if (this.state === 'stopping' || this.state === 'lost') return;
    this.state = 'lost';
    clearInterval(this.beat);
    void this.worker.terminate();
    this.options.onLost(error);
  }
}
