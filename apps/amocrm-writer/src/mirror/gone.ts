import type { OwnCard } from '../clients/client-store.js';
import type { LaneRequests } from '../lanes/lane-requests.js';
import type { ReadablePortal } from '../portals/portal.js';

/** What was deleted or merged away since a point: no list shows it, only events do (amocrm-api.md §6.3). */
export interface Gone {
  readonly cards: readonly OwnCard[];
  readonly leads: readonly number[];
  /** The newest event's time, amoCRM's clock; where to go on from. */
  readonly until: number;
}

/** Reads the events since a point and the overlap before it. @throws ReadFailure */
export async function readGone(
  requests: LaneRequests,
  portal: ReadablePortal,
  since: number,
  overlapSec: number,
): Promise<Gone> {
  const from = since - overlapSec;
  const pages = requests.pages(portal, (client, more) =>
    client.listEvents({ ...more, types: goneTypes, createdFrom: from }),
  );
  const cards: OwnCard[] = [];
  const leads: number[] = [];
  let until = since;
  for await (const { items, last } of pages) {
    for (const { entity_id: id, entity_type: type, created_at: at } of items) {
      if (at < from || id === null) continue;
      until = Math.max(until, at);
      if (type === 'contact' || type === 'company') cards.push({ type, id });
      if (type === 'lead') leads.push(id);
    }
    // The filter by time may not be applied (§3.5): older ones are not worth their pages.
    if (last || items.some(({ created_at }) => created_at < from)) break;
  }
  return { cards, leads, until };
}

const goneTypes = ['contact_deleted', 'company_deleted', 'lead_deleted', 'entity_merged'];
