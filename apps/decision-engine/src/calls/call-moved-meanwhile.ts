/**
 * Between the look at its aliases and its lock a row was joined to another, went with the retention, or was founded by a
 * neighbour: look again, in a new transaction. Its aliases moved or went in the same transaction as the row, so the new
 * look finds something else.
 */
export class CallMovedMeanwhile extends Error {
  readonly code = 'call_moved_meanwhile';

  constructor() {
    super('a call was joined to another, expired or was founded while its row was waited for');
    this.name = 'CallMovedMeanwhile';
  }
}
