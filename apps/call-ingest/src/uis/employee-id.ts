/** What UIS puts where an employee's id would stand if there were one. */
export const NOBODY = '0';

export function employeeId(told: string | null | undefined): string | null {
  return told == null || told === NOBODY ? null : told;
}
