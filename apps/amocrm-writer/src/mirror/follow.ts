import type { Contact } from '@perezvon/amocrm';
import type { OwnCard } from '../clients/client-store.js';
import type { LaneRequests } from '../lanes/lane-requests.js';
import type { PostgresClock } from '../lanes/postgres-clock.js';
import type { PortalRow } from '../portals/portal.js';
import { mirrorCard, mirrorLead, type MirroredList, type MirrorState, type MirrorStore } from './mirror-store.js';

/** Rounds that begin within this time of an increment need no other: what a person changes in between is R17's gap. */
const freshMs = 3_000;
/** Listings lag behind writes, not all by the same; everything this much younger than the last seen is read again. */
const overlapSec = 5;
/** More than this is no increment, and no account that could be read while calls wait (design.md, The mirror). */
const maxPages = 10;
const pageSize = 250;
/** An account that was too large is not tried again before. */
const tooLargeMs = 60 * 60_000;

const nothingRead: MirrorState = {
  isComplete: false,
  until: { contacts: null, companies: null, leads: null, events: null },
  readAt: null,
  tooLargeAt: null,
};

/** The answer holds more than was to be read. */
class TooLarge extends Error {
  readonly code = 'too_large';
}

/**
 * Brings a lane's copy of its clients up to date when something needs it: newest changes first, down to the last seen
 * point, and what was deleted or merged by its events. An account that fits into a few pages is read whole the first time.
 *
 *   nothing read ──whole, ≤ 10 pages a list──▶ complete ──increment──▶ complete
 *        └──too large──▶ not complete, tried again after an hour ◀──more than 10 pages changed──┘
 */
export class Follow {
  /** Rounds that start together wait for one increment; one lane has one turn at a time. */
  private readonly running = new Map<string, Promise<boolean>>();

  constructor(
    private readonly store: MirrorStore,
    private readonly clock: PostgresClock,
  ) {}

  /** @returns whether the copy can be relied on now @throws ReadFailure */
  async upToDate(requests: LaneRequests, portal: PortalRow): Promise<boolean> {
    const { lane } = requests.lease;
    const running = this.running.get(lane) ?? this.catchUp(requests, portal).finally(() => this.running.delete(lane));
    this.running.set(lane, running);
    return running;
  }

  private async catchUp(requests: LaneRequests, portal: PortalRow): Promise<boolean> {
    const { lane } = requests.lease;
    const state = (await this.store.state(lane)) ?? nothingRead;
    const now = this.clock.now();
    if (state.isComplete && state.readAt !== null && now - state.readAt < freshMs) return true;
    if (!state.isComplete && state.tooLargeAt !== null && now - state.tooLargeAt < tooLargeMs) return false;
    const since: MirrorState = state.isComplete ? state : nothingRead;
    if (!state.isComplete) await this.store.clear(lane);
    try {
      // Events first: what was restored meanwhile is in the lists again.
      const events = await this.readEvents(requests, portal, since, now);
      const contacts = await this.readCards(requests, portal, 'contacts', since);
      const companies = await this.readCards(requests, portal, 'companies', since);
      const leads = await this.readLeads(requests, portal, since);
      const until = { contacts, companies, leads, events };
      await this.store.saveState(lane, { isComplete: true, until, readAt: now, tooLargeAt: null });
      return true;
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error;
      await this.store.saveState(lane, { ...nothingRead, tooLargeAt: now });
      return false;
    }
  }

  private async readCards(
    requests: LaneRequests,
    portal: PortalRow,
    list: 'contacts' | 'companies',
    since: MirrorState,
  ): Promise<number> {
    const options = { with: 'leads', by: 'updated_at', pageSize } as const;
    const pages = requests.pages<Contact>(portal, (client, more) =>
      list === 'contacts'
        ? client.listContacts({ ...more, ...options })
        : client.listCompanies({ ...more, ...options }),
    );
    const cards = await changedSince(pages, since.until[list], (card) => card.updated_at ?? 0);
    const type = list === 'contacts' ? 'contact' : 'company';
    const shown = cards.items.filter((card) => !card.is_deleted && !card.is_unsorted);
    await this.store.putCards(
      requests.lease.lane,
      shown.map((card) => mirrorCard(type, card)),
    );
    return cards.until;
  }

  private async readLeads(requests: LaneRequests, portal: PortalRow, since: MirrorState): Promise<number> {
    const pages = requests.pages(portal, (client, more) => client.listLeads({ ...more, by: 'updated_at', pageSize }));
    const leads = await changedSince(pages, since.until.leads, (lead) => lead.updated_at ?? 0);
    await this.store.putLeads(requests.lease.lane, leads.items.map(mirrorLead));
    return leads.until;
  }

  private async readEvents(
    requests: LaneRequests,
    portal: PortalRow,
    since: MirrorState,
    now: number,
  ): Promise<number> {
    const from = since.until.events;
    // A first read needs no past: what is gone is in no list. amoCRM's clock may be behind ours.
    if (from === null) return Math.floor(now / 1000) - clockSkewSec;
    const pages = requests.pages(portal, (client, more) =>
      client.listEvents({ ...more, types: goneTypes, createdFrom: from - overlapSec }),
    );
    const { items, until } = await changedSince(pages, from, (event) => event.created_at);
    const gone = items.flatMap(({ entity_id, entity_type }) =>
      entity_id === null ? [] : [{ id: entity_id, type: entity_type }],
    );
    await this.store.forgetCards(
      requests.lease.lane,
      gone.flatMap(({ id, type }): OwnCard[] => (type === 'contact' || type === 'company' ? [{ id, type }] : [])),
    );
    await this.store.forgetLeads(
      requests.lease.lane,
      gone.filter(({ type }) => type === 'lead').map(({ id }) => id),
    );
    return until;
  }
}

const goneTypes = ['contact_deleted', 'company_deleted', 'lead_deleted', 'entity_merged'];
const clockSkewSec = 600;

/**
 * Items newest first, down to the last seen point and the overlap; all of them where nothing was seen yet.
 * @throws TooLarge
 */
async function changedSince<T>(
  pages: AsyncIterable<{ items: readonly T[]; last: boolean }>,
  until: MirrorState['until'][MirroredList],
  timeOf: (item: T) => number,
): Promise<{ items: T[]; until: number }> {
  const items: T[] = [];
  const floor = until === null ? Number.NEGATIVE_INFINITY : until - overlapSec;
  let read = 0;
  for await (const page of pages) {
    items.push(...page.items.filter((item) => timeOf(item) >= floor));
    read += 1;
    if (page.last || page.items.some((item) => timeOf(item) < floor)) break;
    if (read === maxPages) throw new TooLarge();
  }
  return { items, until: Math.max(until ?? 0, ...items.map(timeOf)) };
}
