/** What must be 0 (faults.md, invariants). `other`: everything of {@link Verdict.findings} that has no column of its own. */
export interface Violations {
  readonly lost: number;
  readonly duplicated: number;
  readonly blindResends: number;
  readonly overLimitWindows: number;
  readonly outOfOrder: number;
  readonly other: number;
}

export interface Verdict extends Violations {
  /** Effects that were accepted, and how they ended. */
  readonly accepted: number;
  readonly done: number;
  readonly skipped: number;
  readonly parked: number;
  /** In words, the first of each kind. */
  readonly findings: readonly string[];
}

export const NO_VIOLATIONS: Violations = {
  lost: 0,
  duplicated: 0,
  blindResends: 0,
  overLimitWindows: 0,
  outOfOrder: 0,
  other: 0,
};

export function sumOf(all: readonly Violations[]): Violations {
  const sum = { ...NO_VIOLATIONS };
  for (const each of all) {
    for (const name of violationNames) sum[name] += each[name];
  }
  return sum;
}

export const violationNames = [
  'lost',
  'duplicated',
  'blindResends',
  'overLimitWindows',
  'outOfOrder',
  'other',
] as const satisfies readonly (keyof Violations)[];
