import { type z } from 'zod';
import { type ValidationErrors } from './answer.js';
import { errorTable, type Code, type CodeOf, type Disposition } from './error-table.js';
import { type Done, type Exchange, type InDoubt, type ReadResult, type RejectedItem } from './result.js';

/** A failure on its way into a result. */
export interface FailureOf extends Exchange {
  code: Code;
  detail?: string;
  afterMs?: number;
  validationErrors?: ValidationErrors;
}

type NotDone = Exclude<ReadResult<never>, Done<never>>;

/** What a failed GET ends with. */
export function settleRead(failure: FailureOf): NotDone {
  const settled = settle(failure, errorTable[failure.code].read, []);
  // The read column has no in_doubt: the compiler holds the table to it, this holds settle() to it.
  if (settled.kind === 'in_doubt') throw new Error(`a read cannot be in doubt: ${failure.code}`);
  return settled;
}

/** What a failed POST or PATCH of these items ends with. `requestIds` are those sent, by index. */
export function settleWrite(failure: FailureOf, requestIds: readonly string[]): NotDone | InDoubt {
  return settle(failure, errorTable[failure.code].write, requestIds);
}

function settle(failure: FailureOf, disposition: Disposition, requestIds: readonly string[]): NotDone | InDoubt {
  const { code, detail, afterMs, status, requestId } = failure;
  const said = {
    ...(detail === undefined ? {} : { detail }),
    ...(status === undefined ? {} : { status }),
    ...(requestId === undefined ? {} : { requestId }),
  };
  const later = afterMs === undefined ? {} : { afterMs };
  switch (disposition) {
    case 'retry':
      if (!means(code, 'retry')) break;
      return { kind: 'retry', reason: code, ...said, ...later };
    case 'in_doubt':
      if (!means(code, 'in_doubt')) break;
      return { kind: 'in_doubt', reason: code, ...said };
    case 'stop_portal':
      if (!means(code, 'stop_portal')) break;
      return { kind: 'stop_portal', reason: code, ...said, ...later };
    case 'rejected': {
      if (!means(code, 'rejected')) break;
      const items = rejectedItems(failure.validationErrors ?? [], requestIds);
      const unnamedMayBeApplied =
        errorTable[code].applied === 'unnamed_maybe' && requestIds.length > 1 && items.length < requestIds.length;
      return { kind: 'rejected', reason: code, items, unnamedMayBeApplied, ...said };
    }
  }
  throw new Error(`the error table has no ${disposition} for ${code}`);
}

function means<D extends Disposition>(code: Code, disposition: D): code is CodeOf<D> {
  const row = errorTable[code];
  return row.read === disposition || row.write === disposition;
}

/** `request_id` is what was sent, or the item's index as a string (amocrm-api.md §2.5). */
export function rejectedItems(named: ValidationErrors, requestIds: readonly string[]): RejectedItem[] {
  const items = new Map<number, RejectedItem>();
  for (const { requestId, errors } of named) {
    const byId = requestIds.indexOf(requestId);
    const index = byId >= 0 ? byId : /^\d+$/u.test(requestId) ? Number(requestId) : -1;
    const sent = requestIds[index];
    if (sent === undefined) continue;
    const before = items.get(index)?.errors ?? [];
    items.set(index, { index, requestId: sent, errors: [...before, ...errors] });
  }
  return [...items.values()].sort((a, b) => a.index - b.index);
}

/** The paths that did not fit: never the values, which may be a client's. */
export function whereItChanged(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.map(String).join('.')}: ${issue.code}`)
    .join('; ');
}
