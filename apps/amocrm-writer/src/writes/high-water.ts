import type { EntityType } from '@perezvon/amocrm';
import type { LaneRequests } from '../lanes/lane-requests.js';
import type { PortalRow } from '../portals/portal.js';

/** Kinds whose newest are listed for the whole account. */
export type ListedEntity = 'contacts' | 'leads' | 'tasks';
/** Whose ids a mark is kept of. */
export type MarkedBy = ListedEntity | `${EntityType}/notes`;

/** Where marks are kept. */
export interface MarkStore {
  known(lane: string, by: MarkedBy): Promise<number | null>;
  /** A lower id changes nothing. */
  raise(lane: string, by: MarkedBy, id: number): Promise<void>;
}

/**
 * The highest id known of a kind of entity in a lane. amoCRM's ids grow, so what a request makes has a higher one than any
 * seen before it was sent: a look lists newest first and stops there. A mark that is old makes a look longer, never wrong.
 */
export class HighWater {
  /**
   * What this process has read or raised: behind the store if another one held the lane meanwhile, which is only old. The
   * newest used ones: a process serves every lane in its time.
   */
  private readonly held = new Map<string, number>();

  constructor(private readonly marks: MarkStore) {}

  /** Reads the newest id once, where nothing is known yet. @throws ReadFailure */
  async before(requests: LaneRequests, portal: PortalRow, entity: ListedEntity): Promise<number> {
    const { lane } = requests.lease;
    const known = await this.known(lane, entity);
    if (known !== null) return known;
    const newest = await newestId(requests, portal, entity);
    await this.raise(lane, entity, newest);
    return newest;
  }

  /** What is known without asking; 0 = nothing. Notes are listed per card, so a mark that is missing costs little. */
  async ofNotes(lane: string, entity: EntityType): Promise<number> {
    return (await this.known(lane, `${entity}/notes`)) ?? 0;
  }

  async raise(lane: string, by: MarkedBy, id: number): Promise<void> {
    await this.marks.raise(lane, by, id);
    this.hold(lane, by, id);
  }

  private async known(lane: string, by: MarkedBy): Promise<number | null> {
    const held = this.held.get(keyOf(lane, by));
    if (held !== undefined) {
      this.hold(lane, by, held);
      return held;
    }
    const known = await this.marks.known(lane, by);
    if (known !== null) this.hold(lane, by, known);
    return known;
  }

  private hold(lane: string, by: MarkedBy, id: number): void {
    const key = keyOf(lane, by);
    const highest = Math.max(id, this.held.get(key) ?? 0);
    // Put last: a Map keeps the order of insertion, so the first is the one unused for longest.
    this.held.delete(key);
    this.held.set(key, highest);
    for (const oldest of this.held.keys()) {
      if (this.held.size <= maxHeld) break;
      this.held.delete(oldest);
    }
  }
}

const maxHeld = 10_000;

const keyOf = (lane: string, by: MarkedBy): string => `${lane}|${by}`;

/** 0 = there is none. */
async function newestId(requests: LaneRequests, portal: PortalRow, entity: ListedEntity): Promise<number> {
  const first = { pageSize: 1 };
  const pages = requests.pages<{ id: number }>(portal, (client, options) => {
    switch (entity) {
      case 'contacts':
        return client.listContacts({ ...options, ...first });
      case 'leads':
        return client.listLeads({ ...options, ...first });
      case 'tasks':
        return client.listTasks({ ...options, ...first });
    }
  });
  for await (const page of pages) return page.items.at(0)?.id ?? 0;
  return 0;
}
