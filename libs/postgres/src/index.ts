export { binaryArray } from './binary-array.js';
export { columns, type ColumnValue } from './columns.js';
export { quoteIdentifier } from './connection.js';
export { type DatabaseOptions, openDatabase } from './database.js';
export {
  CommitOutcomeUnknownError,
  dispositionOf,
  type FailureDisposition,
  isRetryable,
  sqlStateOf,
  TransactionAbortedError,
} from './errors.js';
export { GroupCommit, type GroupLimits } from './group-commit.js';
export { type MigrationClass } from './migrations.js';
export { type AppendedRecord, createOutboxTable, dropOutboxTable, Outbox, type OutboxRecord } from './outbox.js';
export { countRefused, createRefusedOutboxTable, dropRefusedOutboxTable } from './outbox-refused.js';
export { OutboxRelay, type OutboxRelayOptions, type RelayLogger, type RelayState } from './outbox-relay.js';
export { type PreparedStatement, queryPrepared, queryPreparedIn } from './prepared.js';
export { createTestDatabase, type TestDatabase, type TestDatabaseOptions } from './test-database.js';
export { inTransaction, type TransactionOptions } from './transaction.js';
