import { entryOf } from '@perezvon/calls';
import { type CallEmployee, type PbxEmployee } from '@perezvon/contracts';

/** null when there is nobody to name. */
export type NameOf = (employee: CallEmployee | null | undefined) => string | null;

/**
 * As a person of the account would call an employee: the name that the PBX gave, else the one in the account's own list
 * (rules.md R14), else whatever the PBX knows him by.
 */
export function namesFrom(employees: readonly PbxEmployee[]): NameOf {
  return (employee) => {
    if (employee == null) return null;
    const { name, ext, login, pbx_id, phone } = employee;
    return name ?? entryOf(employee, employees)?.name ?? ext ?? login ?? pbx_id ?? phone ?? null;
  };
}
