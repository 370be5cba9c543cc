import type { BatchResult } from '@perezvon/amocrm';
import type { ClientCard } from '@perezvon/contracts';
import type { Outbox } from '@perezvon/postgres';
import type { EntityManager } from 'typeorm';
import { cardForClients, type FoundCard } from '../clients/read-client.js';
import type { LaneRequests } from '../lanes/lane-requests.js';
import type { TurnTools } from '../lanes/turn-context.js';
import { entityTypeOf } from './items.js';
import type { Made } from './made.js';
import { meaningOf, type AnswerMeaning, type ItemEnd } from './outcome.js';
import type { Outgoing } from './prepare.js';
import { post } from './route.js';

/**
 * One request, exactly as property 2 wants it: intent committed → bytes leave → outcome committed. A process that dies in
 * between leaves rows in `sending`, which the lane's next holder takes for in doubt.
 *
 * @param retryAt when a write that was not applied may go again, by Postgres's clock
 * @param onStaleCopy amoCRM refused an id of our copy of the portal
 * @throws LeaseLost before anything was sent; NoCredentials likewise (the intents are taken back)
 */
export async function writeGroup(
  tools: TurnTools,
  requests: LaneRequests,
  writes: readonly Outgoing[],
  retryAt: () => number,
  onStaleCopy: () => Promise<void>,
): Promise<BatchResult<Made>> {
  const { ledger, clock, at } = tools;
  const [first] = writes;
  if (first === undefined) throw new Error('a group has at least one write');
  await at('before_intent');
  const committed = await ledger.commitIntents(
    requests.lease.fence,
    writes.map(({ effect, sent }) => ({ effect, learnt: { sent } })),
    clock.now(),
  );
  // A row that moved on meanwhile (its portal was deleted) is not ours to send.
  const ours = new Set(committed.map(({ seq }) => seq));
  const sending = writes.filter(({ effect }) => ours.has(effect.seq));
  if (sending.length === 0) return { kind: 'done', value: [] };
  await at('intent_committed');

  const result = await sendOrTakeBack(tools, requests, sending);
  await at('answered');
  const now = clock.now();
  const meaning = meaningOf(sending, result, now, retryAt());
  // Before the write waits again: it must not be resolved by the old copy once more.
  if (meaning.copyIsStale) await onStaleCopy();
  await record(tools, sending, meaning, now);
  await at('outcome_recorded');
  return result;
}

/** The client throws only before anything has left (no credentials, a request that could not be built). */
async function sendOrTakeBack(
  { ledger, clock }: TurnTools,
  requests: LaneRequests,
  sending: readonly Outgoing[],
): Promise<BatchResult<Made>> {
  const portal = sending[0]?.portal;
  if (portal === undefined) throw new Error('a group has at least one write');
  try {
    return await requests.send(portal, (client, options) => post(client, sending, options));
  } catch (error) {
    const now = clock.now();
    await ledger.record(
      sending.map(({ effect }) => ({
        seq: effect.seq,
        happened: () => ({ what: 'not_applied', notBefore: now, reason: 'not_sent' }),
      })),
      now,
    );
    throw error;
  }
}

async function record(
  tools: TurnTools,
  writes: readonly Outgoing[],
  { ends }: AnswerMeaning,
  now: number,
): Promise<void> {
  await tools.ledger.record(
    ends.map(({ effect, happened, learnt }) => ({ seq: effect.seq, happened, learnt })),
    now,
    async (tx, outbox) => {
      for (const [index, end] of ends.entries()) {
        const write = writes[index];
        if (write !== undefined && end.made !== null) await remember(tools, tx, outbox, write, end.made);
      }
    },
  );
  await raiseMarks(tools, writes, ends);
}

/** What the client is known by from now on, told in the transaction that records the write. */
async function remember(
  { clients }: TurnTools,
  tx: EntityManager,
  outbox: Outbox,
  { effect, resolution, cards, readAt }: Outgoing,
  made: Made,
): Promise<void> {
  const { lane, command } = effect;
  const { phone } = command;
  if (phone === null) return;
  await clients.rememberOwnCards(
    tx,
    made.ownCards.map((card) => ({ ...card, lane, phone })),
  );
  if (cards === null || (resolution.kind !== 'create_contact' && resolution.kind !== 'create_lead')) return;
  const known = { lane, phone, asOf: readAt, origin: 'own_write' as const };
  await clients.publish(tx, outbox, { ...known, cards: cardsAfter(cards, resolution, made, readAt) });
}

function cardsAfter(
  cards: readonly FoundCard[],
  resolution: Extract<Outgoing['resolution'], { kind: 'create_contact' | 'create_lead' }>,
  made: Made,
  at: number,
): ClientCard[] {
  const seconds = Math.floor(at / 1000);
  const before = cards.map(cardForClients);
  if (resolution.kind === 'create_lead') {
    const { on } = resolution;
    return before.map((card) =>
      card.type === on?.type && card.id === on.id ? { ...card, activeDealUpdatedAt: seconds } : card,
    );
  }
  const contacts = made.ownCards.map(({ id }): ClientCard => ({
    type: 'contact',
    id,
    name: resolution.name,
    responsibleUserId: resolution.responsibleUserId,
    updatedAt: seconds,
    activeDealUpdatedAt: null,
  }));
  return [...before, ...contacts];
}

async function raiseMarks(
  { highWater }: TurnTools,
  writes: readonly Outgoing[],
  ends: readonly ItemEnd[],
): Promise<void> {
  const [first] = writes;
  const ids = ends.flatMap(({ made }) => made?.amocrmId ?? []);
  if (first === undefined || ids.length === 0) return;
  const { resolution, effect } = first;
  const newest = Math.max(...ids);
  switch (resolution.kind) {
    case 'create_contact':
      return highWater.raise(effect.lane, 'contacts', newest);
    case 'create_lead':
    case 'create_unsorted':
      return highWater.raise(effect.lane, 'leads', newest);
    case 'create_note':
      return highWater.raise(effect.lane, `${entityTypeOf(resolution.on)}/notes`, newest);
    case 'update_note':
      return;
  }
}
