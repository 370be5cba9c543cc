/** Activation refuses an enabled cell that lacks what its action needs (R1), so a missing id here is our own defect. */
export function required(value: number | null | undefined, name: string): number {
  if (value == null) throw new IncompleteCell(name);
  return value;
}

/** An active integration holds an enabled cell without the field its action needs: settings-api let it through. */
export class IncompleteCell extends Error {
  readonly code = 'incomplete_cell';

  constructor(field: string) {
    super(`an enabled cell of an active integration has no ${field} (rules.md R1)`);
    this.name = 'IncompleteCell';
  }
}
