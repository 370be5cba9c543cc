import { type PortalSettings } from '@perezvon/amocrm-emulator';
import { setTimeout as sleep } from 'node:timers/promises';
import { judge } from '../oracle/judge.js';
import { Arena } from '../rig/arena.js';
import { type Fault, isOver, type Outcome, type Session } from './fault.js';
import { recoveryFigures, type Span, watchAfter, watchBefore } from './spans.js';
import { feed, settle } from './work.js';

/** A fault between a writer and amoCRM: the emulator's rules say what, and how likely on each request. */
interface BadAnswers {
  readonly id: string;
  readonly title: string;
  readonly goal: number;
  readonly rules: readonly object[];
  readonly tenants?: number;
  readonly portal?: Partial<PortalSettings>;
  readonly visibilityDelaySec?: number;
  /** The pace of the work before the fault and after it is reported (faults.md I8). */
  readonly recovers?: boolean;
}

const WRITERS = 2;
const LOOK_AGAIN_MS = 200;
const DEFAULT_TENANTS = 50;

function badAnswers({
  id,
  title,
  goal,
  rules,
  tenants = DEFAULT_TENANTS,
  portal,
  visibilityDelaySec,
  recovers = false,
}: BadAnswers): Fault {
  const strike = async (arena: Arena, session: Session): Promise<{ before: Span; after: Span } | undefined> => {
    const before = recovers ? await watchBefore(arena) : undefined;
    for (const rule of rules) arena.fault({ count: null, ...rule });
    while (!isOver(session, arena.faultsFired)) await sleep(LOOK_AGAIN_MS);
    arena.endFaults();
    return before && { before, after: await watchAfter(arena) };
  };
  const run = async (session: Session): Promise<Outcome> => {
    const arena = await Arena.open({
      seed: session.seed,
      tenants,
      ...(portal ? { portal } : {}),
      ...(visibilityDelaySec ? { visibilityDelaySec } : {}),
    });
    try {
      for (let i = 0; i < WRITERS; i++) arena.start();
      await arena.portalsRead();
      let isActing = true;
      const [spans] = await Promise.all([
        strike(arena, session).finally(() => (isActing = false)),
        feed(arena, () => !isActing),
      ]);
      await settle(arena);
      const figures = spans && (await recoveryFigures(arena, spans.before, spans.after));
      return { injections: arena.faultsFired, verdict: await judge(arena), ...(figures ? { figures } : {}) };
    } finally {
      await arena.close();
    }
  };
  return { id, title, goal, run };
}

const anyWrite = [
  { method: 'POST', path: '/api/v4/**' },
  { method: 'PATCH', path: '/api/v4/**' },
];
const onWrites = (probability: number, fault: object) => anyWrite.map((where) => ({ ...where, probability, ...fault }));

/** Longer than the writer's own limit for the first byte of an answer (15 s). */
const HELD_MS = 16_000;

export const answerFaults: readonly Fault[] = [
  badAnswers({
    id: 'F1',
    title: 'amoCRM applies the batch, the connection is reset before the answer',
    goal: 1_000,
    rules: onWrites(0.5, { kind: 'lose_answer_after_commit' }),
  }),
  badAnswers({
    id: 'F2',
    title: 'amoCRM applies, the answer is held past the client’s timeout and comes late',
    goal: 600,
    recovers: true,
    rules: onWrites(0.5, { kind: 'hold_answer', ms: HELD_MS }),
  }),
  badAnswers({
    id: 'F3-500',
    title: 'amoCRM applies part of a batch, then answers 500',
    goal: 500,
    rules: onWrites(0.5, { kind: 'http_error', status: 500, applied: 'partly' }),
  }),
  badAnswers({
    id: 'F3-504',
    title: 'amoCRM applies part of a batch, all or none of it, now or later, behind a 504',
    goal: 500,
    rules: [
      ...onWrites(0.1, { kind: 'http_error', status: 504, applied: 'partly' }),
      ...onWrites(0.1, { kind: 'http_error', status: 504, applied: 'later', ms: 400 }),
      ...onWrites(0.1, { kind: 'http_error', status: 504, applied: true }),
      ...onWrites(0.1, { kind: 'http_error', status: 504, applied: false }),
    ],
  }),
  badAnswers({
    id: 'F4-first',
    title: 'reset before the first byte of the body',
    goal: 500,
    rules: [{ probability: 0.15, kind: 'reset_before_body', path: '/api/v4/**' }],
  }),
  badAnswers({
    id: 'F4-mid',
    title: 'reset in the middle of the request',
    goal: 500,
    rules: onWrites(0.5, { kind: 'reset_mid_request' }),
  }),
  badAnswers({
    id: 'F5',
    title: 'answers are lost while lists show a write only after 1.5 s (D = 2 s)',
    goal: 500,
    portal: { listingLagMs: 1_500 },
    visibilityDelaySec: 2,
    rules: onWrites(0.5, { kind: 'lose_answer_after_commit' }),
  }),
  badAnswers({
    id: 'F5-real',
    title: 'the same at full size: lists lag by 30 s (D = 60 s)',
    goal: 100,
    tenants: 50,
    portal: { listingLagMs: 30_000 },
    visibilityDelaySec: 60,
    rules: onWrites(0.5, { kind: 'lose_answer_after_commit' }),
  }),
  badAnswers({
    id: 'F6-after',
    title: 'bursts of 429 with Retry-After',
    goal: 1_000,
    tenants: 50,
    rules: [{ probability: 0.2, kind: 'rate_limit_burst', path: '/api/v4/**', retryAfterSec: 1 }],
  }),
  badAnswers({
    id: 'F6-silent',
    title: 'bursts of 429 without Retry-After',
    goal: 1_000,
    tenants: 50,
    rules: [{ probability: 0.2, kind: 'rate_limit_burst', path: '/api/v4/**', retryAfterSec: null }],
  }),
  badAnswers({
    id: 'F9-items',
    title: '200 with errors about some items of the batch',
    goal: 200,
    rules: onWrites(0.5, { kind: 'item_errors' }),
  }),
  badAnswers({
    id: 'F9-json',
    title: '200 with malformed JSON',
    goal: 200,
    rules: onWrites(0.5, { kind: 'malformed_json' }),
  }),
  badAnswers({
    id: 'F9-cut',
    title: '200 with a body that ends in the middle',
    goal: 200,
    rules: onWrites(0.5, { kind: 'truncated' }),
  }),
  badAnswers({
    id: 'F9-gzip',
    title: 'gzip that is cut short',
    goal: 200,
    rules: onWrites(0.5, { kind: 'gzip_cut_short' }),
  }),
  badAnswers({
    id: 'F9-html',
    title: 'an HTML page with 502, applied or not',
    goal: 200,
    rules: [
      ...onWrites(0.15, { kind: 'http_error', status: 502, applied: true }),
      ...onWrites(0.15, { kind: 'http_error', status: 502, applied: false }),
    ],
  }),
  badAnswers({
    id: 'F9-huge',
    title: 'a body of 10 MB',
    goal: 200,
    rules: onWrites(0.2, { kind: 'huge_body' }),
  }),
];
