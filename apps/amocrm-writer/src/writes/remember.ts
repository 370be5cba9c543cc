import type { NewContact, NewLead } from '@perezvon/calls';
import type { ClientCard } from '@perezvon/contracts';
import type { ClientMemory } from '../clients/client-memory.js';
import type { KnownClient } from '../clients/client-store.js';
import { cardForClients } from '../clients/read-client.js';
import type { MirrorCard, MirrorLead } from '../mirror/mirror-store.js';
import { entityTypeOf } from './items.js';
import type { HighWater, MarkedBy } from './high-water.js';
import type { Made } from './made.js';
import type { Outgoing, WriteItem, WriteResolution } from './prepare.js';

/**
 * What clients are known by from now on, told in the transaction that records their writes.
 * @param made in the order of `items.flat()`; null = nothing is known to stand
 */
export async function rememberClients(
  memory: ClientMemory,
  items: readonly WriteItem[],
  made: readonly (Made | null)[],
): Promise<void> {
  const writes = items.flat();
  const own = writes.flatMap(({ effect: { lane, command } }, index) =>
    (made[index]?.ownCards ?? []).flatMap((card) =>
      command.phone === null ? [] : [{ ...card, lane, phone: command.phone }],
    ),
  );
  await memory.rememberOwnCards(own);
  const known = new Map<string, KnownClient>();
  for (const [index, write] of writes.entries()) {
    const one = made[index];
    const { lane, command } = write.effect;
    if (one == null || write.cards === null || command.phone === null) continue;
    const before = known.get(command.phone)?.cards ?? write.cards.map(cardForClients);
    const cards = cardsAfter(before, write, one);
    if (cards === null) continue;
    known.set(command.phone, { lane, phone: command.phone, asOf: write.readAt, origin: 'own_write', cards });
  }
  await memory.publish([...known.values()]);
  const lane = writes[0]?.effect.lane;
  if (lane !== undefined) await memory.putOwn(lane, ...copiesOf(writes, made));
}

/** What we made, until the lists show it: they lag behind a write, the client's next call does not. */
function copiesOf(writes: readonly Outgoing[], made: readonly (Made | null)[]): [MirrorCard[], MirrorLead[]] {
  const cards: MirrorCard[] = [];
  const leads: MirrorLead[] = [];
  for (const [index, { resolution, readAt }] of writes.entries()) {
    const one = made[index];
    // What duplicate control merged stands in amoCRM as we do not know it.
    if (one == null || one.wasMerged === true) continue;
    // By any clock older than what the lists will say.
    const updatedAt = Math.floor(readAt / 1000) - clockSkewSec;
    const contact = newContactOf(resolution);
    const lead = newLeadOf(resolution);
    if (contact !== null) {
      const { name, phone, responsibleUserId } = contact;
      cards.push(
        ...one.ownCards.map(({ type, id }): MirrorCard => {
          return { type, id, name, responsibleUserId, updatedAt, phones: [phone], leadIds: [] };
        }),
      );
    }
    if (lead !== null && one.amocrmId !== null) {
      const { pipelineId, statusId } = lead;
      const on = (wanted: MirrorCard['type']) => one.ownCards.filter(({ type }) => type === wanted).map(({ id }) => id);
      leads.push({
        id: one.amocrmId,
        pipelineId,
        statusId,
        updatedAt,
        contactIds: on('contact'),
        companyIds: on('company'),
      });
    }
  }
  return [cards, leads];
}

const clockSkewSec = 600;

function newContactOf(resolution: WriteResolution): NewContact | null {
  if (resolution.kind === 'create_contact_and_lead') return resolution.contact;
  return resolution.kind === 'create_contact' ? resolution : null;
}

function newLeadOf(resolution: WriteResolution): NewLead | null {
  if (resolution.kind === 'create_contact_and_lead') return resolution.lead;
  return resolution.kind === 'create_lead' ? resolution : null;
}

/** Null = the write changes nothing that a client is known by. */
function cardsAfter(before: readonly ClientCard[], { resolution, readAt }: Outgoing, made: Made): ClientCard[] | null {
  const seconds = Math.floor(readAt / 1000);
  const contact = newContactOf(resolution);
  if (contact !== null) {
    const { name, responsibleUserId } = contact;
    const activeDealUpdatedAt = newLeadOf(resolution) === null ? null : seconds;
    const contacts = made.ownCards.map(({ id }): ClientCard => {
      return { type: 'contact', id, name, responsibleUserId, updatedAt: seconds, activeDealUpdatedAt };
    });
    return [...before, ...contacts];
  }
  if (resolution.kind !== 'create_lead') return null;
  const isOn = (card: ClientCard): boolean =>
    made.ownCards.some(({ type, id }) => type === card.type && id === card.id);
  return before.map((card) => (isOn(card) ? { ...card, activeDealUpdatedAt: seconds } : card));
}

/** The newest ids that are known now: the next look need not go further back. */
export async function raiseMarks(
  highWater: Pick<HighWater, 'raise'>,
  writes: readonly Outgoing[],
  made: readonly (Made | null)[],
): Promise<void> {
  const newest = new Map<MarkedBy, number>();
  for (const [index, { resolution }] of writes.entries()) {
    const id = made[index]?.amocrmId;
    const entity = markedBy(resolution);
    if (id != null && entity !== null) newest.set(entity, Math.max(id, newest.get(entity) ?? 0));
  }
  const lane = writes[0]?.effect.lane;
  if (lane === undefined) return;
  for (const [entity, id] of newest) await highWater.raise(lane, entity, id);
}

function markedBy(resolution: Outgoing['resolution']): MarkedBy | null {
  switch (resolution.kind) {
    case 'create_contact':
      return 'contacts';
    case 'create_lead':
    case 'create_unsorted':
    case 'create_contact_and_lead':
      return 'leads';
    case 'create_task':
      return 'tasks';
    case 'create_note':
      return `${entityTypeOf(resolution.on)}/notes`;
    case 'update_note':
      return null;
  }
}
