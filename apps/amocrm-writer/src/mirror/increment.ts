import type { LaneRequests } from '../lanes/lane-requests.js';
import type { PostgresClock } from '../lanes/postgres-clock.js';
import type { ReadablePortal } from '../portals/portal.js';
import { readGone } from './gone.js';
import type { MirrorState } from './mirror-state.js';
import type { MirrorStore } from './mirror-store.js';
import { pagesOf, type EntityList } from './read-lists.js';
import type { TellClients } from './tell-clients.js';

/** Listings lag behind writes, not all by the same; everything this much younger than the last seen is read again. */
export const overlapSec = 5;

/**
 * What changed since the last increment, newest first, down to the last seen point; what is gone by its events. A list is
 * remembered as read only when its point was reached: pages read before that are in the copy all the same.
 */
export class Increment {
  constructor(
    private readonly mirror: MirrorStore,
    private readonly tell: TellClients,
    private readonly clock: PostgresClock,
  ) {}

  /**
   * @param maxPages a list; null when some list has changed more than that, and nothing is known to be up to date
   * @throws ReadFailure
   */
  async read(
    requests: LaneRequests,
    portal: ReadablePortal,
    { until, reading }: MirrorState,
    maxPages: number,
  ): Promise<MirrorState['until'] | null> {
    const told = reading === null ? portal : null;
    // Events first: what was restored meanwhile is in the lists again.
    const events = await this.readGone(requests, portal, until.events, told);
    const leads = await this.readList(requests, portal, 'leads', until.leads, maxPages, told);
    const companies = await this.readList(requests, portal, 'companies', until.companies, maxPages, told);
    const contacts = await this.readList(requests, portal, 'contacts', until.contacts, maxPages, told);
    return leads === null || companies === null || contacts === null ? null : { events, leads, companies, contacts };
  }

  private async readGone(
    requests: LaneRequests,
    portal: ReadablePortal,
    since: number,
    told: ReadablePortal | null,
  ): Promise<number> {
    const { lane } = requests.lease;
    const asOf = this.clock.now();
    const gone = await readGone(requests, portal, since, overlapSec);
    if (told !== null) {
      const { directory } = told;
      await this.tell.changed({ lane, directory, asOf }, { goneCards: gone.cards, goneLeads: gone.leads });
    }
    await this.mirror.forgetCards(lane, gone.cards);
    await this.mirror.forgetLeads(lane, gone.leads);
    return gone.until;
  }

  private async readList(
    requests: LaneRequests,
    portal: ReadablePortal,
    list: EntityList,
    since: number,
    maxPages: number,
    told: ReadablePortal | null,
  ): Promise<number | null> {
    const { lane } = requests.lease;
    const floor = since - overlapSec;
    let newest = since;
    let read = 0;
    let asOf = this.clock.now();
    for await (const { change, times, isLast } of pagesOf(requests, portal, list, { by: 'updated_at' })) {
      const changed = {
        cards: change.cards?.filter(({ updatedAt }) => updatedAt >= floor) ?? [],
        leads: change.leads?.filter(({ updatedAt }) => updatedAt >= floor) ?? [],
      };
      if (told !== null) await this.tell.changed({ lane, directory: told.directory, asOf }, changed);
      await this.mirror.putCards(lane, changed.cards);
      await this.mirror.putLeads(lane, changed.leads);
      newest = Math.max(newest, ...times);
      read += 1;
      if (isLast || times.some((time) => time < floor)) return newest;
      if (read === maxPages) return null;
      // The next page is asked for when this one has been seen to.
      asOf = this.clock.now();
    }
    return newest;
  }
}
