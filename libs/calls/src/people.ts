import type { CallClient, CallEmployee, DirectionSettings, PbxEmployee, Settings } from '@perezvon/contracts';
import type { CallFacts } from './call-facts.js';
import type { Leg } from './legs.js';
import { isSamePerson, talkingLegs, type Verdict } from './outcome.js';

/** The employees' own numbers and their amoCRM users, as the account's settings map them (R6, R14). */
export type Directory = Pick<Settings, 'employees' | 'mapping'>;

/** R6: who took the call (per `acceptedBy`), or who called when nobody was reached; null = nobody. */
export function employeeOf(facts: CallFacts, verdict: Verdict, direction: DirectionSettings): CallEmployee | null {
  const isOutgoing = facts.direction === 'out';
  if (verdict.kind !== 'answered') return isOutgoing ? callerOf(facts) : null;
  if (direction.acceptedBy === 'last') return lastTalker(facts);
  return (isOutgoing ? callerOf(facts) : null) ?? talkersOf(facts).at(0) ?? null;
}

/** §4.5: first of an outgoing call is who called. */
function callerOf(facts: CallFacts): CallEmployee | null {
  const rang = facts.legs.filter((leg) => leg.employee && leg.rangAt);
  const first = [...rang].sort((a, b) => ((a.rangAt ?? '') + a.key < (b.rangAt ?? '') + b.key ? -1 : 1)).at(0);
  return facts.caller ?? first?.employee ?? talkersOf(facts).at(0) ?? facts.ended?.employee ?? null;
}

/** Employees who talked with the client, first first; an outside number that picked up is nobody here (§4.5). */
export function talkersOf(facts: CallFacts): readonly CallEmployee[] {
  const { ended } = facts;
  const told = (ended?.talkers ?? talkingLegs(facts).map((leg) => leg.employee)).filter((e) => e !== null);
  if (ended?.talkers || !ended?.employee) return told;
  const accepted = ended.employee;
  return told.some((e) => isSamePerson(e, accepted)) ? told : [...told, accepted];
}

/** Whoever the conversation came back to after a failed transfer is the last again (§4.5). */
function lastTalker(facts: CallFacts): CallEmployee | null {
  const told = talkersOf(facts);
  if (facts.ended?.talkers) return told.at(-1) ?? null;
  const legs = [...talkingLegs(facts)].filter((leg) => leg.employee);
  const last = legs.sort((a, b) => (answerOf(a) < answerOf(b) ? -1 : 1)).at(-1)?.employee;
  const accepted = facts.ended?.employee;
  const isHeard = accepted && legs.some((leg) => leg.employee && isSamePerson(leg.employee, accepted));
  return (accepted && !isHeard ? accepted : last) ?? told.at(-1) ?? null;
}

const answerOf = ({ lastAnsweredAt, answeredAt, key }: Leg) => `${lastAnsweredAt ?? answeredAt ?? ''}|${key}`;

/** The amoCRM user of an employee; null when nobody, unknown, unmapped or ambiguous. */
export function crmUserOf(employee: CallEmployee | null, directory: Directory): number | null {
  const entry = employee && entryOf(employee, directory.employees);
  return directory.mapping.find((m) => m.employeeId === entry?.employeeId)?.crmUserId ?? null;
}

/**
 * The strongest key that both sides have decides: PBX id, login, extension, phone. A key that several employees share
 * names nobody: never a random match (§4.9).
 */
export function entryOf(employee: CallEmployee, employees: readonly PbxEmployee[]): PbxEmployee | null {
  const matches = employees.filter((entry) => matchOf(entry, employee));
  const [only, ...more] = matches;
  return only && more.length === 0 ? only : null;
}

function matchOf(entry: PbxEmployee, employee: CallEmployee): boolean {
  if (entry.pbxId && employee.pbx_id) return entry.pbxId === employee.pbx_id;
  if (entry.login && employee.login) return entry.login === employee.login;
  if (entry.ext && employee.ext) return entry.ext === employee.ext;
  const phone = employee.phone?.replace(/\D/g, '');
  return Boolean(phone) && entry.phones.some((p) => p.replace(/\D/g, '') === phone);
}

/** R4: a call from or to an employee's own number, or his extension, is nobody's client. */
export function isEmployeesNumber(
  { e164, raw, kind }: Pick<CallClient, 'e164' | 'raw' | 'kind'>,
  { employees }: Directory,
): boolean {
  if (e164 !== null) return employees.some((employee) => employee.phones.includes(e164));
  const ext = kind === 'short' ? raw?.replace(/\D/g, '') : undefined;
  return ext !== undefined && ext !== '' && employees.some((employee) => employee.ext === ext);
}
