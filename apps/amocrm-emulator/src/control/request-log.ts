/** How an answer left: as a whole, spoilt or late by a fault, or not at all. */
export type Delivery = 'pending' | 'sent' | 'lost' | 'spoilt' | 'late';

/** One product request, as `GET /_emulator/requests` shows it. Times are milliseconds of the emulator's clock. */
export interface LogEntry {
  readonly seq: number;
  readonly atMs: number;
  finishedAtMs: number | null;
  readonly method: string;
  readonly path: string;
  readonly search: string;
  /** Never the secret. */
  tokenId: string | null;
  integrationId: string | null;
  /** Items in the body's array, 1 for an object. */
  items: number;
  /** How many of them a fault let take effect; null where no fault stopped a batch halfway. */
  itemsApplied: number | null;
  status: number | null;
  delivery: Delivery;
  fault: { readonly id: string; readonly kind: string } | null;
  /** What the body's items can be recognised by: `note:…`, `unsorted:…`, `field:…`, `phone:…`, `task:…`. */
  markers: readonly string[];
  unknownFields: readonly string[];
  whileBlocked: boolean;
}

/** The last `capacity` requests of one portal; `dropped` tells how many older ones are gone. */
export class RequestLog {
  private entries: LogEntry[] = [];
  private nextSeq = 1;
  private droppedCount = 0;

  constructor(private readonly capacity: number) {}

  get dropped(): number {
    return this.droppedCount;
  }

  open(request: { atMs: number; method: string; path: string; search: string }): LogEntry {
    const entry: LogEntry = {
      seq: this.nextSeq++,
      ...request,
      finishedAtMs: null,
      tokenId: null,
      integrationId: null,
      items: 0,
      itemsApplied: null,
      status: null,
      delivery: 'pending',
      fault: null,
      markers: [],
      unknownFields: [],
      whileBlocked: false,
    };
    this.entries.push(entry);
    // Dropping in bulk keeps the cost of a full log constant per request.
    if (this.entries.length > this.capacity * 1.1) {
      const surplus = this.entries.length - this.capacity;
      this.entries.splice(0, surplus);
      this.droppedCount += surplus;
    }
    return entry;
  }

  all(): readonly LogEntry[] {
    return this.entries;
  }

  clear(): void {
    this.entries = [];
    this.droppedCount = 0;
  }
}
