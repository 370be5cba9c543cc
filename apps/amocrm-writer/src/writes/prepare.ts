import { needsCard, resolve, type Now, type Resolution } from '@perezvon/calls';
import { cardNow, readClient, readOwnCard, type FoundCard } from '../clients/read-client.js';
import type { EffectRow, Sent } from '../ledger/effect-row.js';
import type { Happening } from '../ledger/effect-state.js';
import type { Learnt } from '../ledger/ledger.js';
import type { LaneRequests } from '../lanes/lane-requests.js';
import type { TurnTools } from '../lanes/turn-context.js';
import type { Directory, PortalRow } from '../portals/portal.js';
import { entityTypeOf } from './items.js';

/** Parked, for an operator to retry, until this writer knows the request. */
const unwritable = 'not_supported';
export type WriteResolution = Exclude<
  Resolution,
  { kind: 'exists' | 'skip' | 'create_task' | 'create_contact_and_lead' }
>;

/** A write that is ready to go, with what its look will need. */
export interface Outgoing {
  readonly effect: EffectRow;
  readonly portal: PortalRow;
  readonly resolution: WriteResolution;
  readonly sent: Sent;
  /** The client's cards as they were just read; null where no card was needed. */
  readonly cards: readonly FoundCard[] | null;
  /** When they were read, by Postgres's clock. */
  readonly readAt: number;
}

export type Prepared =
  | { readonly kind: 'write'; readonly outgoing: Outgoing }
  | { readonly kind: 'settled'; readonly effect: EffectRow; readonly happening: Happening; readonly learnt: Learnt };

/**
 * What an effect needs now: the card as amoCRM shows it, then `resolve` (all rules are there), then what a later look
 * must know of the time before the send. Reads only, except the marker field of a lane's first write.
 *
 * @throws ReadFailure, NoCredentials, MarkerFieldMissing
 */
export async function prepare(
  tools: TurnTools,
  requests: LaneRequests,
  portal: PortalRow & { readonly directory: Directory },
  effect: EffectRow,
): Promise<Prepared> {
  const readAt = tools.clock.now();
  const note = noteOf(effect);
  const cards = needsCard(effect.command, { note, portal: portal.directory })
    ? await readCards(tools, requests, portal, effect)
    : null;
  const at = new Date(readAt).toISOString();
  const resolution = resolve(effect.command, { at, card: cards && cardNow(cards), portal: portal.directory, note });
  const { ruleIds } = resolution;
  switch (resolution.kind) {
    case 'exists': {
      const { type, id } = resolution.place;
      const learnt = { entities: [{ type, id }], existed: true, ruleIds };
      return { kind: 'settled', effect, happening: { what: 'already_there' }, learnt };
    }
    case 'skip':
      return {
        kind: 'settled',
        effect,
        happening: { what: 'not_wanted', reason: resolution.reason },
        learnt: { ruleIds },
      };
    case 'create_task':
    case 'create_contact_and_lead':
      return { kind: 'settled', effect, happening: { what: 'refused', reason: unwritable }, learnt: { ruleIds } };
    default: {
      const sent = await beforeSending(tools, requests, portal, effect, resolution);
      return { kind: 'write', outgoing: { effect, portal, resolution, sent, cards, readAt } };
    }
  }
}

/** R9: one note per call, where it stands. */
function noteOf({ entities, sent }: EffectRow): Now['note'] {
  const note = entities.find((entity) => entity.type === 'note');
  if (typeof note?.id !== 'number' || (sent?.kind !== 'note' && sent?.kind !== 'note_update')) return null;
  return { id: note.id, on: sent.on };
}

/** The card that this call made or found is the call's card; else whoever has the phone (R5). */
async function readCards(
  { ledger, clients }: TurnTools,
  requests: LaneRequests,
  portal: PortalRow & { readonly directory: Directory },
  { command, lane }: EffectRow,
): Promise<FoundCard[]> {
  if (command.phone === null) return [];
  const ofCall = await ledger.cardOfCall(command.accountId, command.callId);
  if (ofCall !== null) {
    const card = await readOwnCard(requests, portal, portal.directory, ofCall);
    if (card !== null) return [card];
  }
  const own = await clients.ownCards(lane, command.phone);
  return readClient(requests, portal, portal.directory, command.phone, own);
}

async function beforeSending(
  { highWater, markerFields, clock }: TurnTools,
  requests: LaneRequests,
  portal: PortalRow,
  { command, lane }: EffectRow,
  resolution: WriteResolution,
): Promise<Sent> {
  const { revision } = command;
  switch (resolution.kind) {
    case 'create_contact':
      await markerFields.ensure(requests, portal, 'contacts', clock.now());
      return { kind: 'contact', highWater: await highWater.before(requests, portal, 'contacts'), revision };
    case 'create_lead':
      await markerFields.ensure(requests, portal, 'leads', clock.now());
      return { kind: 'lead', highWater: await highWater.before(requests, portal, 'leads'), revision };
    case 'create_unsorted': {
      await markerFields.ensure(requests, portal, 'leads', clock.now());
      const leadHighWater = await highWater.before(requests, portal, 'leads');
      return { kind: 'unsorted', category: resolution.category, leadHighWater, revision };
    }
    case 'create_note': {
      const { on, note } = resolution;
      return {
        kind: 'note',
        on,
        type: note.type,
        highWater: await highWater.ofNotes(lane, entityTypeOf(on)),
        revision,
      };
    }
    case 'update_note': {
      const { on, note, noteId } = resolution;
      return { kind: 'note_update', noteId, on, note, revision };
    }
  }
}
