import type { SendOptions, Wire, WireAttempt, WireOutcome, WireRequest } from '@perezvon/amocrm';
import type { Driver, Process } from './driver.js';
import type { ModelAmocrm, ModelAnswer } from './model-amocrm.js';

/** What amoCRM and the network can do to a write. All but the last three leave the writer in doubt. */
export const writeFaults = [
  'applied, the answer is lost',
  'applied, the answer is held',
  'never arrives',
  'half applied, then 500',
  'applied late, after a 504',
  'not applied, 500',
  'refused for its first item',
  '429',
] as const;

/** What they can do to a read; nothing of it changes anything. */
export const readFaults = ['the answer is lost', '500', '429'] as const;

/** A request as amoCRM's side of the world saw it. */
export interface Seen {
  readonly lane: string;
  readonly process: string;
  readonly request: WireRequest;
  /** When its last check passed and it was handed to the network. */
  readonly leftAt: number;
  /** Its process held the lane then, by the database's clock. */
  readonly wasHeld: boolean;
  arrivedAt: number | null;
  /** What the process was told, and when; null = nothing (yet). */
  outcome: WireOutcome | null;
  endedAt: number | null;
}

export interface WireSettings {
  readonly timeoutMs: number;
  /** How much later than its answer a request may be applied. */
  readonly lateMs: number;
  readonly isHeld: () => boolean;
  /** Whether the account is blocked just now (403 with HTML). */
  readonly isBlocked: () => boolean;
  /** Whether amoCRM's servers are down just now. */
  readonly isDown: () => boolean;
}

/** The network between one process and one amoCRM account. */
export class ModelWire implements Wire {
  readonly host = 'model.amocrm.ru';

  constructor(
    private readonly lane: string,
    private readonly process: Process,
    private readonly driver: Driver,
    private readonly amocrm: ModelAmocrm,
    private readonly log: Seen[],
    private readonly settings: WireSettings,
    /** Something came back to the process. */
    private readonly onAnswer: (outcome: WireOutcome) => void,
  ) {}

  connect(): Promise<WireAttempt> {
    const connection = {
      isUsable: () => true,
      release: () => undefined,
      send: (request: WireRequest, options: SendOptions = {}) => this.send(request, options),
    };
    return Promise.resolve({ ok: true, connection });
  }

  close(): void {
    // Nothing is kept open.
  }

  private send(request: WireRequest, { signal, maySend }: SendOptions): Promise<WireOutcome> {
    if (signal?.aborted === true) return Promise.resolve(failed('aborted_before_send'));
    if (maySend?.() === false) return Promise.resolve(failed('send_refused'));
    const seen: Seen = {
      lane: this.lane,
      process: this.process.name,
      request,
      leftAt: this.driver.now(),
      wasHeld: this.settings.isHeld(),
      arrivedAt: null,
      outcome: null,
      endedAt: null,
    };
    this.log.push(seen);
    return new Promise((resolve) => {
      const end = (outcome: WireOutcome): void => {
        if (seen.endedAt !== null) return;
        cancel();
        signal?.removeEventListener('abort', abort);
        seen.outcome = outcome;
        seen.endedAt = this.driver.now();
        this.onAnswer(outcome);
        resolve(outcome);
      };
      const abort = (): void => end(failed('aborted_after_send'));
      const cancel = this.driver.after(this.process, this.settings.timeoutMs, () => end(failed('total_timeout')));
      signal?.addEventListener('abort', abort, { once: true });
      this.driver.travel(`${this.lane} ${request.method} arrives`, () => this.arrive(seen, end));
    });
  }

  private arrive(seen: Seen, end: (outcome: WireOutcome) => void): void {
    seen.arrivedAt = this.driver.now();
    const answer = this.serve(seen);
    if (answer === null) return;
    this.driver.travel(`${this.lane} ${seen.request.method} answered`, () => {
      // A process that is dead or frozen is answered all the same; it sees it when it thaws, if ever.
      this.driver.after(this.process, 0, () => end(answer));
    });
  }

  /** Null = no answer. */
  private serve(seen: Seen): WireOutcome | null {
    const { request } = seen;
    if (this.settings.isBlocked()) return answered({ status: 403, body: '<html>403 Forbidden</html>' });
    if (this.settings.isDown()) return answered(problem(503));
    return request.method === 'GET' ? this.serveRead(request) : this.serveWrite(request);
  }

  private serveRead(request: WireRequest): WireOutcome | null {
    switch (this.driver.fault(`${this.lane} GET`, readFaults)) {
      case null:
        return answered(this.amocrm.read(request));
      case 'the answer is lost':
        return failed('connection_lost');
      case '500':
        return answered(problem(500));
      case '429':
        return answered(problem(429));
    }
  }

  private serveWrite(request: WireRequest): WireOutcome | null {
    switch (this.driver.fault(`${this.lane} ${request.method} ${request.path}`, writeFaults)) {
      case null:
        return answered(this.amocrm.write(request, null));
      case 'applied, the answer is lost':
        this.amocrm.write(request, null);
        return failed('connection_lost');
      case 'applied, the answer is held':
        this.amocrm.write(request, null);
        return null;
      case 'never arrives':
        return failed('connection_lost');
      case 'half applied, then 500':
        this.amocrm.write(request, Math.floor(countOf(request) / 2));
        return answered(problem(500));
      case 'applied late, after a 504':
        this.driver.after(null, this.driver.length(this.settings.lateMs / 2, this.settings.lateMs), () => {
          this.amocrm.write(request, null);
        });
        return answered(problem(504));
      case 'not applied, 500':
        return answered(problem(500));
      case 'refused for its first item':
        return answered(this.amocrm.refusal(request));
      case '429':
        return answered(problem(429));
    }
  }
}

const countOf = ({ body }: WireRequest): number => {
  const sent: unknown = JSON.parse(body ?? '[]');
  return Array.isArray(sent) ? sent.length : 1;
};

const problem = (status: number): ModelAnswer => ({ status, body: { title: 'Error', status } });

const answered = ({ status, body }: ModelAnswer): WireOutcome => ({
  ok: true,
  answer: {
    status,
    body: typeof body === 'string' ? body : JSON.stringify(body ?? ''),
    requestId: undefined,
    retryAfter: undefined,
  },
});

const failed = (code: Extract<WireOutcome, { ok: false }>['code']): WireOutcome => ({ ok: false, code, detail: code });
