import { afterEach, describe, expect, it } from '@jest/globals';
import { feed, settle } from './faults/work.js';
import { judge } from './oracle/judge.js';
import { NO_VIOLATIONS } from './oracle/verdict.js';
import { Arena } from './rig/arena.js';
import { until } from './rig/until.js';
import { preload } from './rig/writer-process.js';

/** A slice of `npm run chaos` with fixed seeds: so many injections of each kind, whatever time they take. */
let arena: Arena;
afterEach(() => arena.close());

/** Only ends what has lost its effects: a busy machine may take its time. */
const SETTLE_DEADLINE_MS = 600_000;

/** What all rows promise; how many effects there were depends on the machine. */
const holds = { ...NO_VIOLATIONS, parked: 0, findings: [] };

describe('effects are brought about once and none is lost', () => {
  it('while answers are lost, held back, spoilt, cut and refused, and batches are half done', async () => {
    // D far over the 100 ms after which the slowest write is applied, for a machine on which a timer comes late.
    arena = await Arena.open({ seed: 11, tenants: 6, visibilityDelaySec: 2 });
    arena.start();
    arena.start();
    await arena.portalsRead();
    const perKind = 5;
    for (const rule of [
      { kind: 'lose_answer_after_commit', method: 'POST' },
      { kind: 'http_error', method: 'POST', status: 500, applied: 'partly' },
      { kind: 'http_error', method: 'POST', status: 504, applied: 'later', ms: 100 },
      { kind: 'reset_mid_request', method: 'POST' },
      { kind: 'reset_before_body' },
      { kind: 'rate_limit_burst', retryAfterSec: 1 },
      { kind: 'malformed_json', method: 'POST' },
      { kind: 'gzip_cut_short', method: 'POST' },
    ]) {
      arena.fault({ path: '/api/v4/**', probability: 0.25, count: perKind, ...rule });
    }
    await feed(arena, () => arena.faultsFired >= perKind * arena.faultRules.length);
    arena.endFaults();
    await settle(arena, { deadlineMs: SETTLE_DEADLINE_MS });
    expect(await judge(arena)).toMatchObject(holds);
  });

  it('while writers are killed at named instants, frozen past their lease and ended', async () => {
    arena = await Arena.open({ seed: 12, tenants: 3 });
    const survivor = arena.start();
    await arena.portalsRead();
    const fatal = [
      'after sql commit (select lane)#1',
      'sent http POST leads/complex#1',
      'before sql commit (lock effect)#3',
    ];
    await arena.put(2);
    await until('it has work', async () => (await arena.ledger.progress()).open > 0);
    survivor.signal('SIGSTOP');
    const doomed = fatal.map((at) => arena.start({ imports: [preload('instants')], env: { CHAOS_AT: at } }));
    // Its lanes go to others; there is always a client more to be written, until they have come to their instants.
    await feed(arena, () => doomed.some((writer) => writer.isGone));
    survivor.signal('SIGCONT');
    await feed(arena, () => doomed.every((writer) => writer.isGone));
    const successor = arena.start();
    await arena.put(2);
    await survivor.end('SIGTERM');
    await settle(arena, { deadlineMs: SETTLE_DEADLINE_MS });
    expect(successor.isGone).toBe(false);
    expect(await judge(arena)).toMatchObject(holds);
  });
});
