import { type AppendedRecord } from './outbox.js';

/** Some 10 MB of usual records. What is forgotten beyond it is read from the table. */
const MAX_RECORDS = 10_000;

/**
 * What this process has appended and committed itself, until it is relayed: its content need not be read back. The table
 * alone says what is owed and in which order, so anything may be missing here, and anything here may be gone from there:
 * a record that is told of after it was relayed is never asked for, and leaves as the oldest.
 */
export class OutboxMemory {
  private readonly records = new Map<string, AppendedRecord>();

  keep(appended: readonly AppendedRecord[]): void {
    for (const record of appended) this.records.set(record.id, record);
    for (const oldest of this.records.keys()) {
      if (this.records.size <= MAX_RECORDS) break;
      this.records.delete(oldest);
    }
  }

  get(id: string): AppendedRecord | undefined {
    return this.records.get(id);
  }

  forget(ids: readonly string[]): void {
    for (const id of ids) this.records.delete(id);
  }

  clear(): void {
    this.records.clear();
  }
}
