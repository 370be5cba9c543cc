import type { LaneRequests } from '../lanes/lane-requests.js';
import type { ReadablePortal } from '../portals/portal.js';
import { readGone } from './gone.js';
import { overlapSec } from './increment.js';
import type { MirrorState } from './mirror-state.js';
import type { MirrorStore } from './mirror-store.js';
import { pagesOf, type EntityList, type ListPage } from './read-lists.js';

/** Deletions are looked at after so many pages: at most so many are read twice because of one. */
const pagesPerCheck = 10;
const pageSize = 250;

const nextList = { leads: 'companies', companies: 'contacts', contacts: 'changes' } as const;

/** Where the highest known id of a lane's contacts and deals is kept. */
export interface IdMarks {
  /** A lower id changes nothing. */
  raise(lane: string, by: 'contacts' | 'leads', id: number): Promise<void>;
}

/**
 * The first read of an account, a page at a time: deals that changed within the horizon, then companies, then contacts.
 * Where it stands is a page number, so it goes on wherever it was left, by whoever holds the lane.
 *
 * Lists are live. What arrives, or moves to the front by a change, pushes others to a later page: they are read twice.
 * What is deleted pulls others up, past us. So every few pages the events are asked whether something that we had read is
 * gone, and if so the pages since the last such question are read again.
 */
export class FirstRead {
  constructor(
    private readonly mirror: MirrorStore,
    private readonly marks: IdMarks,
  ) {}

  /** Reads one page. @throws ReadFailure */
  async page(requests: LaneRequests, portal: ReadablePortal, state: MirrorState): Promise<MirrorState> {
    const { reading } = state;
    if (reading === null || reading.list === 'changes') throw new Error('the lists have been read');
    const { list, page } = reading;
    const by = list === 'leads' ? 'updated_at' : 'id';
    const read = await onePage(pagesOf(requests, portal, list, { by, firstPage: page }));
    const { lane } = requests.lease;
    await this.mirror.putCards(lane, read.change.cards ?? []);
    await this.mirror.putLeads(lane, read.change.leads ?? []);
    const isThrough = read.isLast || (list === 'leads' && reaches(read, state.leadsFrom));
    if (page === 1 && list !== 'companies') await this.marks.raise(lane, list, newestOf(read));
    // A list of one page is of one moment: nothing moved in it, and what was deleted since is asked for with the changes.
    if (isThrough && page === 1) return { ...state, reading: { list: nextList[list], page: 1, surePage: 1 } };
    const next = { ...state, reading: { ...reading, page: page + 1 } };
    if (!isThrough && page + 1 - reading.surePage < pagesPerCheck) return next;
    return this.check(requests, portal, next, isThrough);
  }

  /** Was anything that stood before the next page deleted since the last check? */
  private async check(
    requests: LaneRequests,
    portal: ReadablePortal,
    state: MirrorState,
    isThrough: boolean,
  ): Promise<MirrorState> {
    const { reading } = state;
    if (reading === null || reading.list === 'changes') throw new Error('the lists have been read');
    const { lane } = requests.lease;
    const gone = await readGone(requests, portal, state.until.events, overlapSec);
    const cards = await this.mirror.forgetCards(lane, gone.cards);
    const leads = await this.mirror.forgetLeads(lane, gone.leads);
    const until = { ...state.until, events: gone.until };
    const moved = movedUp(reading.list, cards, leads);
    if (moved > 0) {
      const page = Math.max(1, Math.min(reading.surePage, reading.page - 1 - Math.ceil(moved / pageSize)));
      return { ...state, until, reading: { list: reading.list, page, surePage: page } };
    }
    if (!isThrough) return { ...state, until, reading: { ...reading, surePage: reading.page } };
    return { ...state, until, reading: { list: nextList[reading.list], page: 1, surePage: 1 } };
  }
}

/** A card that stands: what is made later has a higher id, so a first write need not ask for one. 0 = there is none. */
const newestOf = ({ change }: ListPage): number =>
  Math.max(0, ...[...(change.cards ?? []), ...(change.leads ?? [])].map(({ id }) => id));

function movedUp(list: EntityList, cards: readonly { readonly type: string }[], leads: number): number {
  if (list === 'leads') return leads;
  return cards.filter(({ type }) => type === (list === 'contacts' ? 'contact' : 'company')).length;
}

function reaches({ times }: ListPage, from: number | null): boolean {
  return from !== null && times.some((time) => time < from);
}

/** Past the last page there is an empty one. */
async function onePage(pages: AsyncGenerator<ListPage, void, undefined>): Promise<ListPage> {
  for await (const page of pages) return page;
  return { change: {}, times: [], isLast: true };
}
