import type { EntityType } from '@perezvon/amocrm';
import type { DataSource } from 'typeorm';
import type { LaneRequests } from '../lanes/lane-requests.js';
import type { PortalRow } from '../portals/portal.js';

/** Kinds whose newest are listed for the whole account. */
export type ListedEntity = 'contacts' | 'leads' | 'tasks';
/** Whose ids a mark is kept of. */
export type MarkedBy = ListedEntity | `${EntityType}/notes`;

/**
 * The highest id known of a kind of entity in a lane. amoCRM's ids grow, so what a request makes has a higher one than any
 * seen before it was sent: a look lists newest first and stops there. A mark that is old makes a look longer, never wrong.
 */
export class HighWater {
  constructor(private readonly dataSource: DataSource) {}

  /** Reads the newest id once, where nothing is known yet. @throws ReadFailure */
  async before(requests: LaneRequests, portal: PortalRow, entity: ListedEntity): Promise<number> {
    const { lane } = requests.lease;
    const [known]: { max_id: number }[] = await this.dataSource.query(
      `select max_id::float8 from lane_high_water where lane = $1 and entity = $2`,
      [lane, entity],
    );
    if (known !== undefined) return known.max_id;
    const newest = await newestId(requests, portal, entity);
    await this.raise(lane, entity, newest);
    return newest;
  }

  /** What is known without asking; 0 = nothing. Notes are listed per card, so a mark that is missing costs little. */
  async ofNotes(lane: string, entity: EntityType): Promise<number> {
    const [known]: { max_id: number }[] = await this.dataSource.query(
      `select max_id::float8 from lane_high_water where lane = $1 and entity = $2`,
      [lane, `${entity}/notes`],
    );
    return known?.max_id ?? 0;
  }

  async raise(lane: string, entity: MarkedBy, id: number): Promise<void> {
    await this.dataSource.query(
      `insert into lane_high_water (lane, entity, max_id) values ($1, $2, $3)
       on conflict (lane, entity) do update set max_id = greatest(lane_high_water.max_id, excluded.max_id)`,
      [lane, entity, id],
    );
  }
}

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
