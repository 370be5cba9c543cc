import { type IncomingMessage, type ServerResponse } from 'node:http';
import { StoppedHalfway } from '../api/batch.js';
import { API_ROUTES } from '../api/routes.js';
import { type Clock } from '../clock.js';
import { markersOf } from '../control/markers.js';
import { type LogEntry } from '../control/request-log.js';
import { type FaultBook } from '../faults/fault-book.js';
import { type FaultRule } from '../faults/fault-rule.js';
import { type Portal } from '../portal.js';
import { htmlPage, ok, problem, Refusal, type Answer } from './answer.js';
import { readBody } from './body.js';
import { type Exchange, type Token } from './exchange.js';
import { parseQuery } from './query.js';
import { Router } from './router.js';
import { cutShort, reset, send, spoil } from './send.js';

const router = new Router(API_ROUTES);
const READS_STAY_OPEN_SEC = 30 * 24 * 3600;

/**
 * A product request on its way: faults of the wire → body → block, token, limits, subscription → faults of the answer →
 * route → answer. Handlers run in one go, so two requests never see each other's half-done writes.
 */
export class ProductServer {
  constructor(
    private readonly portal: Portal,
    private readonly faults: FaultBook,
    private readonly clock: Clock,
  ) {}

  handle(req: IncomingMessage, res: ServerResponse, path: string, search: string): void {
    const method = req.method ?? 'GET';
    const entry = this.portal.log.open({ atMs: this.clock.nowMs(), method, path, search });
    const fault = this.faults.pick({ portal: this.portal.id, method, path }, 'before_reading');
    if (fault !== undefined) entry.fault = { id: fault.id, kind: fault.action.kind };
    switch (fault?.action.kind) {
      case 'reset_before_body':
        this.lose(req, entry);
        return;
      case 'reset_mid_request': {
        // A request without a body has no middle: it is reset as soon as its head has arrived.
        if (hasBody(req)) req.once('data', () => this.lose(req, entry));
        else this.lose(req, entry);
        return;
      }
      case 'delay':
        this.clock.after(fault.action.ms, () => this.read(req, res, entry, undefined));
        return;
      default:
        this.read(req, res, entry, fault);
    }
  }

  private read(req: IncomingMessage, res: ServerResponse, entry: LogEntry, burst: FaultRule | undefined): void {
    readBody(req, (text) => {
      if (text === null) {
        this.finish(res, entry, problem(413, 'Request body is too large'));
        return;
      }
      const gate = this.gate(req, entry, burst);
      if ('status' in gate) {
        this.finish(res, entry, gate);
        return;
      }
      const body = parseJson(text);
      entry.items = Array.isArray(body) ? body.length : text === '' ? 0 : 1;
      if (entry.method === 'POST' && body !== INVALID) entry.markers = markersOf(this.portal.store, entry.path, body);
      this.answer(req, res, entry, gate.token, body);
    });
  }

  /** Who may go on: the block comes before the token, the limits after it, since they count per integration. */
  private gate(req: IncomingMessage, entry: LogEntry, burst: FaultRule | undefined): Answer | { token: Token } {
    const { portal } = this;
    if (portal.limiter.blocked) {
      entry.whileBlocked = true;
      return htmlPage(403);
    }
    const secret = /^Bearer (.+)$/i.exec(req.headers.authorization ?? '')?.[1];
    const token = secret === undefined ? undefined : portal.tokenOf(secret);
    if (token === undefined) return problem(401, 'Invalid user name or password');
    entry.tokenId = token.id;
    entry.integrationId = token.integrationId;
    const nowMs = this.clock.nowMs();
    if (burst?.action.kind === 'rate_limit_burst') {
      portal.limiter.reject(nowMs);
      return this.tooMany(burst.action.retryAfterSec);
    }
    const verdict = portal.limiter.admit(token.integrationId, nowMs);
    if (verdict === 'blocked') return htmlPage(403);
    if (verdict === 'rejected') return this.tooMany(portal.settings.retryAfterHeader);
    const endedAt = portal.settings.subscriptionEndedAt;
    if (endedAt !== null) {
      const closedAt = entry.method === 'GET' ? endedAt + READS_STAY_OPEN_SEC : endedAt;
      if (nowMs / 1000 >= closedAt) return problem(402, 'Payment required');
    }
    return { token };
  }

  private tooMany(retryAfterSec: number | null): Answer {
    const { retryAfterInBody } = this.portal.settings;
    const headers = retryAfterSec === null ? {} : { 'Retry-After': String(retryAfterSec) };
    const more = retryAfterInBody === null ? {} : { retry_after: retryAfterInBody };
    return problem(429, 'Too many requests', more, headers);
  }

  private answer(req: IncomingMessage, res: ServerResponse, entry: LogEntry, token: Token, body: unknown): void {
    const { method, path } = entry;
    const fault = this.faults.pick({ portal: this.portal.id, method, path }, 'before_answer');
    if (fault !== undefined) entry.fault = { id: fault.id, kind: fault.action.kind };
    const run = () => this.run(req, entry, token, body, fault);
    const action = fault?.action;
    switch (action?.kind) {
      case 'http_error': {
        if (action.applied === 'later') this.clock.after(action.ms, run);
        else if (action.applied !== false) run();
        const answer =
          (action.html ?? action.status >= 502)
            ? htmlPage(action.status)
            : problem(action.status, 'The request has failed');
        this.finish(res, entry, answer);
        return;
      }
      case 'lose_answer_after_commit':
        entry.status = run().status;
        this.lose(req, entry);
        return;
      case 'hold_answer': {
        const answer = run();
        this.clock.after(action.ms, () => {
          this.finish(res, entry, answer);
          entry.delivery = 'late';
        });
        return;
      }
      case 'malformed_json':
        this.finish(res, entry, spoil(run()));
        entry.delivery = 'spoilt';
        return;
      case 'truncated':
        entry.status = run().status;
        entry.delivery = 'spoilt';
        entry.finishedAtMs = this.clock.nowMs();
        cutShort(res);
        return;
      default:
        this.finish(res, entry, run());
    }
  }

  private run(
    req: IncomingMessage,
    entry: LogEntry,
    token: Token,
    body: unknown,
    fault: FaultRule | undefined,
  ): Answer {
    const match = router.match(entry.method, entry.path);
    if (match.found !== 'route') {
      return match.found === 'nothing' ? problem(404, 'Not Found') : problem(405, 'Method Not Allowed');
    }
    if (body === INVALID) return problem(400, 'Request body is not valid JSON');
    const user = this.portal.store.user(token.userId);
    if (user === undefined) return problem(401, 'Invalid user name or password');
    const partly = fault?.action.kind === 'http_error' && fault.action.applied === 'partly';
    const x: Exchange = {
      portal: this.portal,
      store: this.portal.store,
      user,
      method: entry.method,
      path: entry.path,
      search: entry.search,
      query: parseQuery(entry.search),
      params: match.params,
      body,
      origin: `http://${req.headers.host ?? 'localhost'}`,
      partly: partly ? { itemsToApply: (total) => this.somePart(total) } : undefined,
      unknownFields: new Set(),
    };
    try {
      return match.handler(x);
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      if (error instanceof StoppedHalfway) return ok(null);
      // A fault of the stand-in itself: one request fails loudly, the other portals go on.
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      return problem(500, 'The emulator itself has failed, see its output');
    } finally {
      entry.unknownFields = [...x.unknownFields];
    }
  }

  /** A true part of a batch; of a single item all or nothing, as the dice fall. */
  private somePart(total: number): number {
    const dice = this.faults.random.next();
    return total === 1 ? Math.round(dice) : 1 + Math.floor(dice * (total - 1));
  }

  private finish(res: ServerResponse, entry: LogEntry, answer: Answer): void {
    entry.status = answer.status;
    entry.delivery = 'sent';
    entry.finishedAtMs = this.clock.nowMs();
    send(res, answer);
  }

  private lose(req: IncomingMessage, entry: LogEntry): void {
    entry.delivery = 'lost';
    entry.finishedAtMs = this.clock.nowMs();
    reset(req);
  }
}

const INVALID = Symbol('not JSON');

function parseJson(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return INVALID;
  }
}

function hasBody(req: IncomingMessage): boolean {
  return req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
}
