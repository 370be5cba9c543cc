import { needsCard, resolve, type Now, type Resolution } from '@perezvon/calls';
import { currentClients } from '../clients/current-clients.js';
import { cardNow, type ClientFound, type FoundCard } from '../clients/read-client.js';
import type { EffectRow, Sent } from '../ledger/effect-row.js';
import type { Move } from '../ledger/move-effect.js';
import { ReadFailure } from '../lanes/lane-requests.js';
import type { Turn } from '../lanes/turn-context.js';
import type { PortalRow, ReadablePortal } from '../portals/portal.js';
import { entityTypeOf } from './items.js';

export type WriteResolution = Exclude<Resolution, { kind: 'exists' | 'skip' }>;

/** One effect's write, ready to go, with what its look will need. */
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

/** What is one item of a request: an effect, or a new contact with its first deal (`leads/complex`). */
export type WriteItem = readonly [Outgoing] | readonly [contact: Outgoing, deal: Outgoing];

/** Nothing is to be sent for `settled`: the rules or amoCRM say why. */
export interface Prepared {
  readonly items: readonly WriteItem[];
  readonly settled: readonly Move[];
}

/**
 * What the effects of a round need now: the cards as amoCRM shows them, then `resolve` (all rules are there), then what a
 * later look must know of the time before the send. Reads only, except the marker field of a lane's first write.
 *
 * @param deals by the seq of their contact: may go with it
 * @throws ReadFailure, NoCredentials, MarkerFieldMissing: nothing of the round can go now
 */
export async function prepare(
  turn: Turn,
  portal: ReadablePortal,
  effects: readonly EffectRow[],
  deals: ReadonlyMap<string, EffectRow>,
): Promise<Prepared> {
  const readAt = turn.tools.clock.now();
  const nowOf = await withoutCards(turn, portal, effects);
  const found = await readCards(turn, portal, effects, nowOf);
  const items: WriteItem[] = [];
  const settled: Move[] = [];
  const marks = new SendMarks(turn, portal);
  const resolved = async (effect: EffectRow, cards: readonly FoundCard[] | null): Promise<Outgoing | Move> => {
    const at = new Date(readAt).toISOString();
    const resolution = resolve(effect.command, { ...nowOf(effect), at, card: cards && cardNow(cards) });
    if (resolution.kind === 'exists' || resolution.kind === 'skip') return moveOf(effect, resolution);
    return { effect, portal, resolution, sent: await marks.of(effect, resolution), cards, readAt };
  };

  for (const effect of effects) {
    const cards = found.get(effect.seq) ?? null;
    if (cards instanceof ReadFailure) {
      const reason = `not_readable_${cards.result.reason}`;
      settled.push({ seq: effect.seq, happened: () => ({ what: 'refused', sentUnder: null, reason }) });
      continue;
    }
    const own = await resolved(effect, cards);
    const deal = deals.get(effect.seq);
    // A contact that stands already is settled first; its deal follows by itself.
    const withDeal = deal && isOutgoing(own) ? await resolved(deal, cards) : null;
    if (!isOutgoing(own)) settled.push(own);
    else if (withDeal !== null && isOutgoing(withDeal)) items.push([own, withDeal]);
    else items.push([own]);
  }
  return { items, settled };
}

const isOutgoing = (one: Outgoing | Move): one is Outgoing => 'resolution' in one;

function moveOf({ seq }: EffectRow, resolution: Exclude<Resolution, WriteResolution>): Move {
  const { ruleIds, reasons } = resolution;
  if (resolution.kind === 'exists') {
    const { type, id } = resolution.place;
    return {
      seq,
      happened: () => ({ what: 'already_there' }),
      learnt: { entities: [{ type, id }], existed: true, ruleIds, reasons },
    };
  }
  const { reason } = resolution;
  return { seq, happened: () => ({ what: 'not_wanted', reason }), learnt: { ruleIds, reasons } };
}

/** R9: one note per call, where it stands. */
function noteOf({ entities, sent }: EffectRow): Now['note'] {
  const note = entities.find((entity) => entity.type === 'note');
  if (typeof note?.id !== 'number' || (sent?.kind !== 'note' && sent?.kind !== 'note_update')) return null;
  return { id: note.id, on: sent.on };
}

/** What is known of the moment without a question to amoCRM. */
async function withoutCards(
  { tools }: Turn,
  { directory }: ReadablePortal,
  effects: readonly EffectRow[],
): Promise<(effect: EffectRow) => Omit<Now, 'at' | 'card'>> {
  const besideUnsorted = effects.filter(
    ({ command: { intent } }) => intent.kind === 'call_note' && intent.unlessUnsorted,
  );
  const inUnsorted = await tools.queries.callsInUnsorted(besideUnsorted.map(({ command }) => command));
  return (effect) => ({
    portal: directory,
    note: noteOf(effect),
    isInUnsorted: inUnsorted.has(effect.command.callId),
  });
}

/** The card that this call made or found is the call's card; else whoever has the phone (R5). By seq. */
async function readCards(
  turn: Turn,
  portal: ReadablePortal,
  effects: readonly EffectRow[],
  nowOf: (effect: EffectRow) => Omit<Now, 'at' | 'card'>,
): Promise<Map<string, ClientFound>> {
  const { queries, clients } = turn.tools;
  const wanted = effects.filter((effect) => needsCard(effect.command, nowOf(effect)));
  if (wanted.length === 0) return new Map();
  const ofCalls = await queries.cardsOfCalls(wanted.map(({ command }) => command));
  const own = await clients.ownCardsOf(
    turn.requests.lease.lane,
    wanted.flatMap(({ command }) => command.phone ?? []),
  );
  const asked = wanted.flatMap(({ command: { phone, callId }, isRefreshed }) =>
    phone === null
      ? []
      : [{ phone, own: own.get(phone) ?? [], ofCall: ofCalls.get(callId) ?? null, isDoubted: isRefreshed }],
  );
  const found = await currentClients(turn, portal, asked);
  return new Map(wanted.map(({ seq }, index) => [seq, found[index] ?? []]));
}

/** What must be known of amoCRM before a send, so that a look can tell what the send made: read once per round. */
class SendMarks {
  private readonly known = new Map<string, Promise<number>>();

  constructor(
    private readonly turn: Turn,
    private readonly portal: PortalRow,
  ) {}

  async of({ command: { revision }, lane }: EffectRow, resolution: WriteResolution): Promise<Sent> {
    const { highWater } = this.turn.tools;
    switch (resolution.kind) {
      case 'create_contact':
        return { kind: 'contact', highWater: await this.marked('contacts'), revision };
      case 'create_lead':
        return { kind: 'lead', highWater: await this.marked('leads'), revision };
      case 'create_unsorted': {
        const { category } = resolution;
        return { kind: 'unsorted', category, leadHighWater: await this.marked('leads'), revision };
      }
      case 'create_contact_and_lead':
        await this.marked('contacts');
        return { kind: 'lead', highWater: await this.marked('leads'), revision };
      case 'create_task': {
        const { on, text, taskTypeId, completeTill } = resolution;
        const mark = await this.once('tasks', () => highWater.before(this.turn.requests, this.portal, 'tasks'));
        return { kind: 'task', highWater: mark, on, text, taskTypeId, completeTill, revision };
      }
      case 'create_note': {
        const { on, note } = resolution;
        const entity = entityTypeOf(on);
        const mark = await this.once(`${entity}/notes`, () => highWater.ofNotes(lane, entity));
        return { kind: 'note', on, type: note.type, highWater: mark, revision };
      }
      case 'update_note': {
        const { on, note, noteId } = resolution;
        return { kind: 'note_update', noteId, on, note, revision };
      }
    }
  }

  /** Contacts and deals carry our own field, which has to be there. */
  private marked(entity: 'contacts' | 'leads'): Promise<number> {
    const { tools, requests } = this.turn;
    return this.once(entity, async () => {
      await tools.markerFields.ensure(requests, this.portal, entity, tools.clock.now());
      return tools.highWater.before(requests, this.portal, entity);
    });
  }

  private once(key: string, read: () => Promise<number>): Promise<number> {
    const known = this.known.get(key) ?? read();
    this.known.set(key, known);
    return known;
  }
}
