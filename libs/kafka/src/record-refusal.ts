import { protocolErrorType } from './failure-table.js';

/** What the broker says of a record itself. Rights and unknown topics are not among them: an operator mends those. */
const refusals: Readonly<Record<string, string>> = {
  MESSAGE_TOO_LARGE: 'too_large',
  RECORD_LIST_TOO_LARGE: 'too_large',
  INVALID_RECORD: 'invalid_record',
  INVALID_TIMESTAMP: 'invalid_timestamp',
  POLICY_VIOLATION: 'policy_violation',
  UNSUPPORTED_FOR_MESSAGE_FORMAT: 'unsupported_format',
};

/** Why one of the records that were sent will be refused whenever it is sent again, as a code; null: it may pass later. */
export function recordRefusalOf(error: unknown): string | null {
  const type = protocolErrorType(error);
  return (type !== undefined && refusals[type]) || null;
}
