import type { CallEmployee, DirectionSettings, PbxEmployee, Settings } from '@perezvon/contracts';
import type { CallFacts } from './call.js';
import type { Verdict } from './outcome.js';

/** The employees' own numbers and their amoCRM users, as the account's settings map them (R6, R14). */
type Directory = Pick<Settings, 'employees' | 'mapping'>;

/** R6, call note: who talked (per `acceptedBy`), who called when nobody was reached, else nobody. */
export function employeeOf(facts: CallFacts, verdict: Verdict, direction: DirectionSettings): CallEmployee | null {
  if (verdict.kind === 'answered') {
    const talkers = talkersOf(facts);
    return (direction.acceptedBy === 'first' ? talkers.at(0) : talkers.at(-1)) ?? null;
  }
  if (facts.direction !== 'out') return null;
  return facts.rung.find((r) => r.employee)?.employee ?? facts.ended?.employee ?? null;
}

/** Employees who talked with the client, first first; an outside number that picked up is nobody here (§4.5). */
function talkersOf({ ended, talks }: CallFacts): CallEmployee[] {
  const told = ended?.talkers ?? (talks.length > 0 ? talks.map((t) => t.employee) : [ended?.employee ?? null]);
  return told.filter((e) => e !== null);
}

/** The amoCRM user of an employee; null when nobody, unknown or unmapped. */
export function crmUserOf(employee: CallEmployee | null, directory: Directory): number | null {
  if (employee === null) return null;
  const entry = directory.employees.find((e) => isSame(e, employee));
  return directory.mapping.find((m) => m.employeeId === entry?.employeeId)?.crmUserId ?? null;
}

/** The strongest key that both sides have decides: PBX id, login, extension, phone. */
function isSame(entry: PbxEmployee, employee: CallEmployee): boolean {
  if (entry.pbxId && employee.pbx_id) return entry.pbxId === employee.pbx_id;
  if (entry.login && employee.login) return entry.login === employee.login;
  if (entry.ext && employee.ext) return entry.ext === employee.ext;
  return (
    employee.phone != null && entry.phones.some((p) => p.replace(/\D/g, '') === employee.phone?.replace(/\D/g, ''))
  );
}

/** R4: a call from or to an employee's own number is nobody's client. */
export function isEmployeesNumber(e164: string | null, { employees }: Directory): boolean {
  return e164 !== null && employees.some((e) => e.phones.includes(e164));
}
