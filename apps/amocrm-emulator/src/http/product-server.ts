import { type IncomingMessage, type ServerResponse } from 'node:http';
import { StoppedHalfway } from '../api/batch.js';
import { API_ROUTES } from '../api/routes.js';
import { type Clock } from '../clock.js';
import { markersOf } from '../control/markers.js';
import { type Delivery, type LogEntry } from '../control/request-log.js';
import { type FaultBook } from '../faults/fault-book.js';
import { type FaultAction } from '../faults/fault-kinds.js';
import { type FaultRule } from '../faults/fault-rule.js';
import { type Portal } from '../portal.js';
import { type Integrations } from '../oauth/integration.js';
import { currentSubdomain, exchangeToken } from '../oauth/token-endpoint.js';
import { mergeCards } from '../store/merge-cards.js';
import { CARD_TYPES } from '../store/model.js';
import { htmlPage, ok, problem, Refusal, type Answer } from './answer.js';
import { readBody } from './body.js';
import { type Exchange, type PartlyApplied } from './exchange.js';
import { Gate, type Caller } from './gate.js';
import { parseQuery } from './query.js';
import { Router } from './router.js';
import { cutShort, inflate, reset, send, sendCutGzip, spoil } from './send.js';

const router = new Router(API_ROUTES);
const SUBDOMAIN_PATH = '/oauth2/account/current/subdomain';

/** What the portals of one process share. */
export interface Platform {
  readonly portals: readonly Portal[];
  readonly integrations: Integrations;
}

/**
 * A product request on its way: faults of the wire → body → block, token, limits, subscription → faults of the answer →
 * route → answer. Handlers run in one go, so two requests never see each other's half-done writes.
 */
export class ProductServer {
  private readonly gate: Gate;

  constructor(
    private readonly portal: Portal,
    private readonly faults: FaultBook,
    private readonly clock: Clock,
    private readonly platform: Platform,
  ) {
    this.gate = new Gate(portal, platform.integrations, clock);
  }

  /** `isFormer`: the request came to an address that the account has left by being renamed (§1.6). */
  handle(req: IncomingMessage, res: ServerResponse, path: string, search: string, isFormer: boolean): void {
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
        this.clock.after(fault.action.ms, () => this.read(req, res, entry, undefined, isFormer));
        return;
      default:
        this.read(req, res, entry, fault, isFormer);
    }
  }

  private read(
    req: IncomingMessage,
    res: ServerResponse,
    entry: LogEntry,
    burst: FaultRule | undefined,
    isFormer: boolean,
  ): void {
    readBody(req, (text) => {
      if (text === null) {
        this.finish(res, entry, problem(413, 'Request body is too large'));
        return;
      }
      if (isFormer && entry.path !== SUBDOMAIN_PATH) {
        this.finish(res, entry, problem(401, 'Account not found', { code: 101 }));
        return;
      }
      const isOAuth = entry.path.startsWith('/oauth2/');
      const admitted = isOAuth ? this.gate.admitToOAuth(entry) : this.gate.admitToApi(req, entry, burst);
      if (admitted !== undefined && 'status' in admitted) {
        this.finish(res, entry, admitted);
        return;
      }
      const body = parseJson(text);
      entry.items = Array.isArray(body) ? body.length : text === '' ? 0 : 1;
      if (admitted === undefined) {
        this.answer(req, res, entry, () => this.runOAuth(req, entry, body));
        return;
      }
      if (entry.method === 'POST' && body !== INVALID) entry.markers = markersOf(this.portal.store, entry.path, body);
      this.answer(req, res, entry, (fault) => this.runApi(req, entry, admitted, body, fault));
    });
  }

  private answer(
    req: IncomingMessage,
    res: ServerResponse,
    entry: LogEntry,
    work: (fault: FaultRule | undefined) => Answer,
  ): void {
    const { method, path } = entry;
    const fault = this.faults.pick({ portal: this.portal.id, method, path }, 'before_answer');
    if (fault !== undefined) entry.fault = { id: fault.id, kind: fault.action.kind };
    const run = () => work(fault);
    const action = fault?.action;
    switch (action?.kind) {
      case 'http_error': {
        if (action.applied === 'later') this.clock.after(action.ms, run);
        else if (action.applied !== false) run();
        this.finish(res, entry, failed(action.status, action.html, entry.path));
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
        this.note(entry, run().status, 'spoilt');
        cutShort(res);
        return;
      case 'gzip_cut_short': {
        const answer = run();
        this.note(entry, answer.status, 'spoilt');
        sendCutGzip(res, answer);
        return;
      }
      case 'huge_body':
        this.finish(res, entry, inflate(run(), action.bytes));
        return;
      case 'merge_card':
        this.mergeAway(path);
        this.finish(res, entry, run());
        return;
      default:
        this.finish(res, entry, run());
    }
  }

  /** The card that the path names gets a double that swallows it; other paths stay as they are. */
  private mergeAway(path: string): void {
    const { store } = this.portal;
    const [, name, id] = /^\/api\/v4\/(\w+)\/(\d+)/.exec(path) ?? [];
    const type = CARD_TYPES.find((candidate) => candidate === name);
    const card = type === undefined ? undefined : store.card(type, Number(id));
    if (type === undefined || card?.is_deleted !== false) return;
    const doubleId = store.newId(type);
    store.double(type, card.id, doubleId);
    mergeCards(store, type, card.id, doubleId, card.updated_by);
  }

  private runOAuth(req: IncomingMessage, entry: LogEntry, body: unknown): Answer {
    const { portals, integrations } = this.platform;
    switch (`${entry.method} ${entry.path}`) {
      case 'POST /oauth2/access_token':
        return exchangeToken(this.portal, integrations, body);
      case `GET ${SUBDOMAIN_PATH}`: {
        const refreshToken = req.headers['x-refresh-token'];
        return currentSubdomain(portals, typeof refreshToken === 'string' ? refreshToken : undefined);
      }
      default:
        return problem(404, 'Not Found');
    }
  }

  private runApi(
    req: IncomingMessage,
    entry: LogEntry,
    caller: Caller,
    body: unknown,
    fault: FaultRule | undefined,
  ): Answer {
    const match = router.match(entry.method, entry.path);
    if (match.found !== 'route') {
      return match.found === 'nothing' ? problem(404, 'Not Found') : problem(405, 'Method Not Allowed');
    }
    if (body === INVALID) return problem(400, 'Request body is not valid JSON');
    const x: Exchange = {
      portal: this.portal,
      store: this.portal.store,
      ...caller,
      method: entry.method,
      path: entry.path,
      search: entry.search,
      query: parseQuery(entry.search),
      params: match.params,
      body,
      origin: `http://${req.headers.host ?? 'localhost'}`,
      partly: this.partlyApplied(fault?.action, entry),
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

  private partlyApplied(action: FaultAction | undefined, entry: LogEntry): PartlyApplied | undefined {
    const isPartlyFailed = action?.kind === 'http_error' && action.applied === 'partly';
    if (!isPartlyFailed && action?.kind !== 'item_errors') return undefined;
    const itemsToApply = (total: number) => (entry.itemsApplied = this.somePart(total));
    return { itemsToApply, answer: isPartlyFailed ? 'error' : 'item_errors' };
  }

  /** A true part of a batch; of a single item all or nothing, as the dice fall. */
  private somePart(total: number): number {
    const dice = this.faults.random.next();
    return total === 1 ? Math.round(dice) : 1 + Math.floor(dice * (total - 1));
  }

  private finish(res: ServerResponse, entry: LogEntry, answer: Answer): void {
    this.note(entry, answer.status, 'sent');
    send(res, answer);
  }

  private note(entry: LogEntry, status: number, delivery: Delivery): void {
    entry.status = status;
    entry.delivery = delivery;
    entry.finishedAtMs = this.clock.nowMs();
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

/** The answer of an `http_error`. */
function failed(status: number, isHtml: boolean | null, path: string): Answer {
  if (status < 400) return { ...htmlPage(status), headers: { Location: `https://moved.amocrm.ru${path}` } };
  return (isHtml ?? status >= 502) ? htmlPage(status) : problem(status, 'The request has failed');
}
