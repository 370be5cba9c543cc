import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openEmulator, type OpenEmulator } from './testing/open-emulator.js';
import { PortalModel, type Expected } from './testing/model/portal-model.js';
import * as steps from './testing/model/steps.js';
import { type Planned, type Step } from './testing/model/steps.js';
import { Wire, type Outcome } from './testing/model/wire.js';

/**
 * Random requests against the emulator over HTTP and against the model: every answer agrees, unless the request log names
 * a fault for that very request. What the fault did to the contents is then what the log says, and the requests after it
 * prove that.
 *
 * `EMULATOR_MODEL_REQUESTS=100000` makes it the long run; `EMULATOR_MODEL_SEED` chooses another story.
 */
const REQUESTS = Number(process.env['EMULATOR_MODEL_REQUESTS'] ?? 4_000);
const SEED = Number(process.env['EMULATOR_MODEL_SEED'] ?? 20_261_125);
const REQUESTS_PER_STORY = 100;
const HELD_MS = 1000;
/** Only ends a run that hangs: a request takes about a millisecond. */
const DEADLINE_MS = 120_000 + REQUESTS * 10;

let open: OpenEmulator;
let wire: Wire;
beforeAll(async () => {
  const settings = { unsortedMetadata: 'lenient' as const, blockAfterRejections: 0, requestsPerSecond: 1_000_000 };
  open = await openEmulator({ settings: { ...settings, accountRequestsPerSecond: 1_000_000 } });
  wire = new Wire(open.emulator.url);
});
afterAll(async () => {
  wire.close();
  await open.emulator.stop();
});

const pick = fc.nat({ max: 30 });
const name = fc.constantFrom('Ольга', 'Пётр', 'ООО «Ромашка»');
const userId = fc.constantFrom(101, 101, 102, 102, 103, 104);
const phone = fc.constantFrom('+79161234567', '8 (916) 123-45-67', '+7 903 111-22-33', '79265550011');
const stage = fc.constantFrom(31_011, 31_012, 31_014, 142, 143, 31_010, 99);
const page = fc.integer({ min: 1, max: 3 });
const limit = fc.integer({ min: 1, max: 5 });
const source = fc.constantFrom('a', 'b', 'c', 'd');
const few = { minLength: 1, maxLength: 4 };

const planned: fc.Arbitrary<Planned> = fc.oneof(
  fc.array(fc.record({ name, phone, userId }), few).map((items) => steps.addContacts(items)),
  fc.tuple(pick, name).map(([at, tag]) => steps.tagContact(at, tag)),
  pick.map((at) => steps.getContact(at)),
  pick.map((at) => steps.getLead(at)),
  fc.tuple(page, limit).map(([at, most]) => steps.listContacts(at, most)),
  fc.constantFrom('9161234567', '9031112233', '4951112233').map((digits) => steps.findPhone(digits)),
  fc.tuple(name, pick, stage).map(([title, at, to]) => steps.addLead(title, at, to)),
  fc.tuple(pick, stage).map(([at, to]) => steps.moveLead(at, to)),
  fc.tuple(pick, fc.array(fc.nat({ max: 300 }), few)).map(([at, talks]) => steps.addCalls(at, talks)),
  pick.map((at) => steps.listCalls(at)),
  fc.array(userId, few).map((users) => steps.addTasks(users)),
  pick.map((at) => steps.completeTask(at)),
  fc.tuple(page, limit).map(([at, most]) => steps.listOpenTasks(at, most)),
  source.map((uid) => steps.addClaim(uid)),
  fc
    .tuple(source, fc.constantFrom('accept' as const, 'decline' as const))
    .map(([uid, decision]) => steps.decideClaim(uid, uidOf, decision)),
  fc.constant(steps.listClaims()),
);

/** The newest claim of that source, as a person at the screen would find it. */
function uidOf(sourceUid: string): string {
  return open.emulator.control.state().unsorted.findLast((claim) => claim.source_uid === sourceUid)?.uid ?? 'none';
}

const fault = fc.constantFrom(
  { kind: 'reset_before_body' },
  { kind: 'reset_mid_request' },
  { kind: 'rate_limit_burst', retryAfterSec: null },
  { kind: 'delay', ms: HELD_MS },
  { kind: 'lose_answer_after_commit' },
  { kind: 'hold_answer', ms: HELD_MS },
  { kind: 'malformed_json' },
  { kind: 'truncated' },
  { kind: 'gzip_cut_short' },
  { kind: 'http_error', status: 500, applied: false },
  { kind: 'http_error', status: 504, applied: true },
  { kind: 'http_error', status: 502, applied: 'partly' },
  { kind: 'http_error', status: 504, applied: 'later', ms: HELD_MS },
);

interface Told {
  readonly planned: Planned;
  readonly fault: object | null;
}
const oneInFour = fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fault });
const story: fc.Arbitrary<Told[]> = fc.array(fc.record({ planned, fault: oneInFour }), {
  minLength: REQUESTS_PER_STORY,
  maxLength: REQUESTS_PER_STORY,
});

describe('random requests, with and without faults', () => {
  it(
    `agree with the model, and the log explains every answer that a fault changed (${REQUESTS} requests)`,
    async () => {
      let changed = 0;
      const tell = async (told: readonly Told[]) => {
        open.emulator.control.reset();
        const model = new PortalModel();
        for (const { planned: plan, fault: rule } of told) {
          const step = plan(model);
          if (rule !== null) open.emulator.control.faults.add(rule);
          const outcome = await exchange(step);
          changed += compare(step, outcome) ? 1 : 0;
        }
      };
      const numRuns = Math.ceil(REQUESTS / REQUESTS_PER_STORY);
      await fc.assert(fc.asyncProperty(story, tell), { seed: SEED, numRuns, endOnFailure: true });
      expect(changed).toBeGreaterThan(REQUESTS / 20);
    },
    DEADLINE_MS,
  );
});

/** Sends one request; while a fault holds it or its answer back, virtual time moves on once the log shows the fault. */
async function exchange(step: Step): Promise<Outcome> {
  const { control } = open.emulator;
  const before = control.requests().length;
  let isOver = false;
  const outcome = wire.send(step).finally(() => (isOver = true));
  for (;;) {
    const entry = control.requests()[before];
    if (isOver) break;
    const isHeld = entry?.fault?.kind === 'delay' || entry?.fault?.kind === 'hold_answer';
    if (isHeld && entry?.finishedAtMs === null) open.clock.advance(HELD_MS);
    await new Promise(setImmediate);
  }
  // What takes effect after its answer has done so when the next request is made.
  open.clock.advance(HELD_MS);
  return outcome;
}

/** @returns whether a fault changed what the caller saw */
function compare(step: Step, outcome: Outcome): boolean {
  const entry = open.emulator.control.requests().at(-1);
  const rule = open.emulator.control.faults.list().find(({ id }) => id === entry?.fault?.id);
  const action = rule?.action;
  switch (action?.kind) {
    case undefined:
    case 'delay':
    case 'hold_answer':
      expect({ step, outcome }).toEqual({ step, outcome: { kind: 'answer', ...step.apply() } });
      return false;
    case 'reset_before_body':
    case 'reset_mid_request':
      expect(outcome).toEqual({ kind: 'lost' });
      return true;
    case 'rate_limit_burst':
      expect(outcome).toEqual({ kind: 'answer', status: 429 });
      return true;
    case 'lose_answer_after_commit':
      expect(entry?.status).toBe(step.apply().status);
      expect(outcome).toEqual({ kind: 'lost' });
      return true;
    case 'malformed_json':
    case 'truncated':
    case 'gzip_cut_short':
      return isSpoilt(step.apply(), outcome);
    case 'http_error':
      if (action.applied === 'partly') step.apply(entry?.itemsApplied ?? 0);
      else if (action.applied !== false) step.apply();
      expect(outcome).toEqual({ kind: 'answer', status: action.status });
      return true;
    default:
      throw new Error('a fault that no story has');
  }
}

/** An answer without a body has nothing to spoil. */
function isSpoilt(expected: Expected, outcome: Outcome): boolean {
  if (outcome.kind === 'answer') expect(outcome.status).toBe(expected.status);
  return outcome.kind !== 'answer';
}
