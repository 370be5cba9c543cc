import type { CallClient, CallEmployee, DirectionSettings, PbxEmployee, Settings } from '@perezvon/contracts';
import type { CallFacts } from './call-facts.js';
import { fuller } from './choice.js';
import type { CallEnd, LastInOrder } from './ends.js';
import type { Leg } from './legs.js';
import { isSamePerson, talkingLegs, type Verdict } from './outcome.js';

/** The employees' own numbers and their amoCRM users, as the account's settings map them (R6, R14). */
export type Directory = Pick<Settings, 'employees' | 'mapping'>;

/** R6: who took the call (per `acceptedBy`), or who called when nobody was reached; null = nobody. */
export function employeeOf(facts: CallFacts, verdict: Verdict, direction: DirectionSettings): CallEmployee | null {
  const who = whoTookOf(facts, verdict, direction);
  return who && fullyTold(who, facts);
}

function whoTookOf(facts: CallFacts, verdict: Verdict, direction: DirectionSettings): CallEmployee | null {
  const isOutgoing = facts.direction === 'out';
  if (verdict.kind !== 'answered') return isOutgoing ? callerOf(facts) : null;
  if (direction.acceptedBy === 'last') return lastTalker(facts);
  return isOutgoing ? callerOf(facts) : firstTalker(facts);
}

/** §4.5: first of an outgoing call is who called. */
function callerOf(facts: CallFacts): CallEmployee | null {
  const rang = facts.legs.filter((leg) => leg.employee && leg.rangAt);
  const first = [...rang].sort((a, b) => ((a.rangAt ?? '') + a.key < (b.rangAt ?? '') + b.key ? -1 : 1)).at(0);
  return facts.caller ?? first?.employee ?? firstTalker(facts);
}

/** Employees who talked with the client, first first; an outside number that picked up is nobody here (§4.5). */
export function talkersOf(facts: CallFacts): readonly CallEmployee[] {
  const heard = legsThatTalked(facts).flatMap(({ employee }) => employee ?? []);
  const recorded = facts.ended?.talkers ?? [facts.ended?.employee ?? null];
  const told = [...heard, ...recorded.filter((one) => one !== null && !isAmong(one, heard))].filter((e) => e !== null);
  const first = facts.ended?.firstTalker;
  return first ? [first, ...told.filter((one) => !isSamePerson(one, first))] : told;
}

/** R4: whom the record names counts before whoever was heard first. Unknown who of several: who accepted, by the record. */
function firstTalker(facts: CallFacts): CallEmployee | null {
  return facts.ended?.firstTalker ?? legsThatTalked(facts).at(0)?.employee ?? facts.ended?.employee ?? null;
}

/** Whoever the conversation came back to after a failed transfer is the last again (§4.5). */
function lastTalker(facts: CallFacts): CallEmployee | null {
  if (facts.ended?.lastTalker) return facts.ended.lastTalker;
  const legs = [...legsThatTalked(facts)].sort((a, b) => (answerOf(a) < answerOf(b) ? -1 : 1));
  const last = legs.at(-1)?.employee ?? null;
  const inOrder = facts.ended?.lastInOrder ?? null;
  if (inOrder) return last && isKnownBetter(inOrder, legs) ? last : inOrder.employee;
  const accepted = facts.ended?.employee ?? null;
  return accepted && !isHeardOn(legs, accepted) ? accepted : last;
}

/** Do legs tell better who was last than an order of the record's that does not know who came back? */
function isKnownBetter({ employee, since }: LastInOrder, legs: readonly Leg[]): boolean {
  const isHeard = isHeardOn(legs, employee);
  const last = legs.at(-1);
  if (!last) return false;
  // First talks are by the PBX's clock: our receipts do not gainsay them.
  if (since !== null) return last.lastAnsweredAt !== null && (isHeard || last.lastAnsweredAt > since);
  // His answer was heard again after the last one's. That alone may be a redelivery, but the records say so too.
  const heardAgain = legs.some(
    (leg) => leg.employee && isSamePerson(leg.employee, employee) && (leg.lastAnswerHeardAt ?? '') > timeOfAnswer(last),
  );
  return isHeard && !heardAgain;
}

const isHeardOn = (legs: readonly Leg[], one: CallEmployee) =>
  legs.some(({ employee }) => employee && isSamePerson(employee, one));

/** Legs of employees who talked, in the order in which they began; where the record lists who did, of these alone. */
function legsThatTalked(facts: CallFacts): readonly Leg[] {
  const recorded = facts.ended?.talkers;
  return talkingLegs(facts).filter(({ employee }) => employee && (!recorded || isAmong(employee, recorded)));
}

const isAmong = (one: CallEmployee, others: readonly (CallEmployee | null)[]): boolean =>
  others.some((other) => other && isSamePerson(one, other));

/** All that the call's events told of a person: a report names by his id alone who had a name before (§4.3). */
function fullyTold(who: CallEmployee, { caller, legs, transferredTo, ends }: CallFacts): CallEmployee {
  const mentions = [caller, ...legs.map(({ employee }) => employee), ...transferredTo, ...ends.flatMap(namedIn)];
  return mentions.reduce<CallEmployee>(
    (known, one) => (one && isSamePerson(one, who) ? joinMentions(known, one) : known),
    who,
  );
}

const namedIn = ({ employee, talkers, firstTalker: first, lastTalker: last }: CallEnd) => [
  employee,
  ...(talkers ?? []),
  first ?? null,
  last ?? null,
];

function joinMentions(a: CallEmployee, b: CallEmployee): CallEmployee {
  const key = (name: keyof CallEmployee) => fuller(a[name] || null, b[name] || null);
  return { pbx_id: key('pbx_id'), login: key('login'), ext: key('ext'), phone: key('phone'), name: key('name') };
}

const timeOfAnswer = ({ lastAnsweredAt, answeredAt }: Leg) => lastAnsweredAt ?? answeredAt ?? '';

const answerOf = (leg: Leg) => `${timeOfAnswer(leg)}|${leg.key}`;

/** The amoCRM user of an employee; null when nobody, unknown, unmapped or ambiguous. */
export function crmUserOf(employee: CallEmployee | null, directory: Directory): number | null {
  const entry = employee && entryOf(employee, directory.employees);
  return directory.mapping.find((m) => m.employeeId === entry?.employeeId)?.crmUserId ?? null;
}

/**
 * The strongest key that any entry has in common with the employee decides: PBX id, login, extension, phone. An entry that
 * a stronger key tells apart is somebody else, and a key that several share names nobody: never a random match (§4.9).
 */
export function entryOf(employee: CallEmployee, employees: readonly PbxEmployee[]): PbxEmployee | null {
  let others = employees;
  for (const compare of KEYS) {
    const matches = others.filter((entry) => compare(entry, employee) === 'same');
    if (matches.length > 0) return matches.length === 1 ? (matches[0] ?? null) : null;
    others = others.filter((entry) => compare(entry, employee) === 'untold');
  }
  return null;
}

type Compared = 'same' | 'other' | 'untold';
type Compare = (entry: PbxEmployee, employee: CallEmployee) => Compared;

const KEYS: readonly Compare[] = [
  (entry, employee) => compared(entry.pbxId, employee.pbx_id),
  (entry, employee) => compared(entry.login, employee.login),
  (entry, employee) => compared(entry.ext, employee.ext),
  ({ phones }, { phone }) => (phone && phones.some((one) => digitsOf(one) === digitsOf(phone)) ? 'same' : 'untold'),
];

function compared(a: string | null | undefined, b: string | null | undefined): Compared {
  if (!a || !b) return 'untold';
  return a === b ? 'same' : 'other';
}

const digitsOf = (phone: string) => phone.replace(/\D/g, '');

/** R4: a call from or to an employee's own number, or his extension, is nobody's client. */
export function isEmployeesNumber(
  { e164, raw, kind }: Pick<CallClient, 'e164' | 'raw' | 'kind'>,
  { employees }: Directory,
): boolean {
  if (e164 !== null) return employees.some((employee) => employee.phones.includes(e164));
  const ext = kind === 'short' ? raw?.replace(/\D/g, '') : undefined;
  return ext !== undefined && ext !== '' && employees.some((employee) => employee.ext === ext);
}
