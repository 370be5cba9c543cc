import { isObject } from '../api/item-reader.js';

/**
 * What can go wrong (reference §12, faults.md F1–F9).
 *
 * Before the request is read: `reset_before_body`, `reset_mid_request` (both not applied), `delay`, `rate_limit_burst`.
 * Once it is read and let through: `lose_answer_after_commit` (applied, connection reset), `hold_answer` (applied, answer
 * late), `http_error` (applied or not, as it says), `malformed_json`, `truncated` (applied, answer spoilt).
 */
export type FaultAction =
  | { readonly kind: 'reset_before_body' | 'reset_mid_request' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'rate_limit_burst'; readonly retryAfterSec: number | null }
  | { readonly kind: 'lose_answer_after_commit' | 'malformed_json' | 'truncated' }
  | { readonly kind: 'hold_answer'; readonly ms: number }
  | {
      readonly kind: 'http_error';
      readonly status: number;
      /** `partly`: some items of a batch; `later`: the request takes effect `ms` after the answer. */
      readonly applied: boolean | 'partly' | 'later';
      readonly ms: number;
      /** An HTML page as a gateway makes it, or the vendor's problem+json. */
      readonly html: boolean;
    };

export type FaultKind = FaultAction['kind'];

export interface FaultRule {
  readonly id: string;
  /** Portal id; null hits every portal. */
  readonly portal: string | null;
  readonly method: string | null;
  /** `*` stands for one path segment, `**` for any number; null for every path. */
  readonly path: string | null;
  /** How many matching requests pass unharmed first. */
  readonly after: number;
  /** How often it fires; null for ever. */
  readonly count: number | null;
  readonly probability: number;
  readonly action: FaultAction;
}

export type ParsedRule = { readonly rule: FaultRule } | { readonly problem: string };

const BEFORE_READING: ReadonlySet<FaultKind> = new Set([
  'reset_before_body',
  'reset_mid_request',
  'delay',
  'rate_limit_burst',
]);

export function firesBeforeReading(kind: FaultKind): boolean {
  return BEFORE_READING.has(kind);
}

/** Reads a rule as the control API takes it: `{ kind, portal?, method?, path?, after?, count?, probability?, … }`. */
export function parseFaultRule(raw: unknown, id: string): ParsedRule {
  if (!isObject(raw)) return { problem: 'a fault is an object' };
  const action = parseAction(raw);
  if (typeof action === 'string') return { problem: action };
  const { portal, method, path, after = 0, count = 1, probability = 1 } = raw;
  if (!isTextOrAbsent(portal)) return { problem: 'portal: a portal id' };
  if (!isTextOrAbsent(method)) return { problem: 'method: an HTTP method' };
  if (!isTextOrAbsent(path)) return { problem: 'path: a path pattern such as /api/v4/*/notes' };
  if (!isCount(after)) return { problem: 'after: how many matching requests pass first' };
  if (count !== null && !isCount(count)) return { problem: 'count: how often it fires, null for ever' };
  if (typeof probability !== 'number' || !(probability > 0 && probability <= 1)) {
    return { problem: 'probability: more than 0, at most 1' };
  }
  return {
    rule: {
      id: typeof raw['id'] === 'string' ? raw['id'] : id,
      portal: portal ?? null,
      method: method?.toUpperCase() ?? null,
      path: path ?? null,
      after,
      count,
      probability,
      action,
    },
  };
}

function parseAction(raw: Record<string, unknown>): FaultAction | string {
  const { kind, ms } = raw;
  switch (kind) {
    case 'reset_before_body':
    case 'reset_mid_request':
    case 'lose_answer_after_commit':
    case 'malformed_json':
    case 'truncated':
      return { kind };
    case 'delay':
    case 'hold_answer':
      return isCount(ms) ? { kind, ms } : 'ms: milliseconds';
    case 'rate_limit_burst': {
      const { retryAfterSec = null } = raw;
      return retryAfterSec === null || isCount(retryAfterSec)
        ? { kind, retryAfterSec }
        : 'retryAfterSec: seconds or null';
    }
    case 'http_error': {
      const { status, applied = false, ms: laterMs = 1000 } = raw;
      if (!isCount(status) || status < 400 || status > 599) return 'status: 400 … 599';
      if (typeof applied !== 'boolean' && applied !== 'partly' && applied !== 'later') {
        return 'applied: true, false, "partly" or "later"';
      }
      if (!isCount(laterMs)) return 'ms: milliseconds';
      const { html = status >= 502 } = raw;
      if (typeof html !== 'boolean') return 'html: true or false';
      return { kind, status, applied, ms: laterMs, html };
    }
    default:
      return `kind: unknown ${String(kind)}`;
  }
}

function isTextOrAbsent(value: unknown): value is string | undefined | null {
  return value === undefined || value === null || typeof value === 'string';
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}
