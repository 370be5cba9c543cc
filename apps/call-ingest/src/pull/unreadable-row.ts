import { type ContractProblem } from '@perezvon/contracts';
import { type Cabinet } from '../adapters/push-adapter.js';
import { rejection } from '../canonical/rejection.js';
import { type PulledCall } from './pull-adapter.js';

/** A row of a report of which no call can be made; its message names paths, never values. */
export function unreadableRow(
  row: unknown,
  finishedAtMs: number | null,
  errors: readonly ContractProblem[],
  { accountId }: Cabinet,
): PulledCall {
  const paths = [...new Set(errors.map(({ path }) => path || '(row)'))].slice(0, 10).join(', ');
  const message = `A row of the report cannot be read: see ${paths}.`;
  return { row, finishedAtMs, translated: { rejected: rejection('untranslatable', message, { accountId, errors }) } };
}
