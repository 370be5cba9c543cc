import type { EntityType, Note, Task, Unsorted } from '@perezvon/amocrm';
import type { NoteFields } from '@perezvon/calls';
import type { EffectRow, Sent } from '../ledger/effect-row.js';
import type { LaneRequests } from '../lanes/lane-requests.js';
import type { TurnTools } from '../lanes/turn-tools.js';
import type { PortalRow } from '../portals/portal.js';
import { entityTypeOf, unixSeconds } from './items.js';
import type { FoundByLook, Made } from './made.js';
import { markersOf } from './marker-field.js';
import { contactMade, leadMade, noteMade, taskMade, unsortedMade } from './route.js';

type Of<Kind extends Sent['kind']> = EffectRow & { readonly sent: Extract<Sent, { kind: Kind }> };

/**
 * Do the requests in doubt stand in amoCRM? Lists newest first down to what was known before the send, and compares
 * markers; never by a filter that may be ignored (amocrm-api.md §3.5). Effects that are absent from the answer were not
 * found; whether that counts depends on when the look was begun, which is the state machine's business.
 *
 * Effects of one portal; one pass per kind of entity, however many there are.
 * @throws ReadFailure
 */
export async function look(
  tools: TurnTools,
  requests: LaneRequests,
  portal: PortalRow,
  effects: readonly EffectRow[],
): Promise<Map<string, FoundByLook>> {
  const found = new Map<string, FoundByLook>();
  await lookForContacts(requests, portal, ofKind(effects, 'contact'), found);
  await lookForLeads(requests, portal, ofKind(effects, 'lead'), found);
  await lookForClaims(requests, portal, ofKind(effects, 'unsorted'), found);
  await lookForTasks(tools, requests, portal, ofKind(effects, 'task'), found);
  await lookForNotes(tools, requests, portal, ofKind(effects, 'note'), found);
  for (const effect of ofKind(effects, 'note_update')) await lookAtNote(requests, portal, effect, found);
  return found;
}

function ofKind<Kind extends Sent['kind']>(effects: readonly EffectRow[], kind: Kind): Of<Kind>[] {
  return effects.filter((effect): effect is Of<Kind> => effect.sent?.kind === kind);
}

async function lookForContacts(
  requests: LaneRequests,
  portal: PortalRow,
  effects: readonly Of<'contact'>[],
  found: Map<string, FoundByLook>,
): Promise<void> {
  if (effects.length === 0) return;
  const floor = Math.min(...effects.map(({ sent }) => sent.highWater));
  const pages = requests.pages(portal, (client, options) => client.listContacts({ ...options, pageSize }));
  const cards = await newerThan(pages, floor);
  for (const { seq, marker, sent } of effects) {
    const ids = cards
      .filter((card) => card.id > sent.highWater && markersOf(card).includes(marker))
      .map(({ id }) => id);
    note(found, seq, ids, (id) => contactMade({ id }));
  }
}

async function lookForLeads(
  requests: LaneRequests,
  portal: PortalRow,
  effects: readonly Of<'lead'>[],
  found: Map<string, FoundByLook>,
): Promise<void> {
  if (effects.length === 0) return;
  const floor = Math.min(...effects.map(({ sent }) => sent.highWater));
  const pages = requests.pages(portal, (client, options) => client.listLeads({ ...options, pageSize }));
  const leads = await newerThan(pages, floor);
  for (const { seq, marker, sent } of effects) {
    const mine = leads.filter((lead) => lead.id > sent.highWater && markersOf(lead).includes(marker));
    note(
      found,
      seq,
      mine.map(({ id }) => id),
      (id) => {
        const contact = mine.find((lead) => lead.id === id)?._embedded.contacts.at(0);
        return leadMade(id, contact && { type: 'contact', id: contact.id });
      },
    );
  }
}

/** Claims that wait are in their own list; one that a person accepted meanwhile is a lead with our marker. */
async function lookForClaims(
  requests: LaneRequests,
  portal: PortalRow,
  effects: readonly Of<'unsorted'>[],
  found: Map<string, FoundByLook>,
): Promise<void> {
  for (const category of ['sip', 'forms'] as const) {
    const wanted = effects.filter(({ sent }) => sent.category === category);
    if (wanted.length === 0) continue;
    const floor = Math.min(...wanted.map(sentAtOf)) / 1000 - clockSkewSec;
    const claims = new Map<string, Unsorted[]>();
    const pages = requests.pages(portal, (client, options) => client.listUnsorted({ ...options, category, pageSize }));
    for await (const page of pages) {
      for (const claim of page.items) {
        const uid = claim.source_uid ?? '';
        claims.set(uid, [...(claims.get(uid) ?? []), claim]);
      }
      if (page.items.some((claim) => (claim.created_at ?? 0) < floor)) break;
    }
    for (const { seq, marker } of wanted) {
      const mine = claims.get(marker) ?? [];
      // Newest first: the last is the one made first.
      const first = mine.at(-1);
      if (first !== undefined) found.set(seq, { made: claimMade(first), several: mine.length > 1 });
    }
  }
  const accepted = effects.filter(({ seq }) => !found.has(seq));
  if (accepted.length === 0) return;
  const floor = Math.min(...accepted.map(({ sent }) => sent.leadHighWater));
  const pages = requests.pages(portal, (client, options) => client.listLeads({ ...options, pageSize }));
  const leads = await newerThan(pages, floor);
  for (const { seq, marker } of accepted) {
    const mine = leads.filter((lead) => markersOf(lead).includes(marker));
    note(
      found,
      seq,
      mine.map(({ id }) => id),
      (id): Made => {
        const contacts = mine.find((lead) => lead.id === id)?._embedded.contacts ?? [];
        return leadMade(id, contacts.map((contact) => ({ type: 'contact' as const, id: contact.id })).at(0));
      },
    );
  }
}

/**
 * By place, type, text and term. Two calls may want the same task word for word: what another effect of ours made, or
 * was just given here, is not this one.
 */
async function lookForTasks(
  { queries }: TurnTools,
  requests: LaneRequests,
  portal: PortalRow,
  effects: readonly Of<'task'>[],
  found: Map<string, FoundByLook>,
): Promise<void> {
  if (effects.length === 0) return;
  const floor = Math.min(...effects.map(({ sent }) => sent.highWater));
  const pages = requests.pages(portal, (client, options) => client.listTasks({ ...options, pageSize }));
  const tasks = await newerThan(pages, floor);
  const given = new Set<number>();
  for (const { seq, lane, command, sent } of effects) {
    const ids = tasks.filter((task) => task.id > sent.highWater && isTask(task, sent)).map(({ id }) => id);
    const others = await queries.madeByOthers(lane, command.effect, ids, seq);
    const mine = Math.min(...ids.filter((id) => !others.has(id) && !given.has(id)));
    if (!Number.isFinite(mine)) continue;
    given.add(mine);
    found.set(seq, { made: taskMade({ id: mine }), several: false });
  }
}

function isTask(task: Task, { on, text, taskTypeId, completeTill }: Of<'task'>['sent']): boolean {
  // A task that stands alone names no card, or the card 0.
  const isAtPlace = on ? task.entity_id === on.id && task.entity_type === entityTypeOf(on) : !task.entity_id;
  return (
    isAtPlace &&
    task.text === text &&
    task.complete_till === unixSeconds(completeTill) &&
    (taskTypeId === null || task.task_type_id === taskTypeId)
  );
}

/** Notes of this many cards or more are listed for the account as a whole instead of card by card. */
const manyNotes = 3;

/**
 * By type and `uniq` on the card it was sent to. Two calls may share a `uniq` (two cabinets, or two accounts in one
 * amoCRM): a note that another effect of ours made, or was just given here, is not this one.
 */
async function lookForNotes(
  { queries }: TurnTools,
  requests: LaneRequests,
  portal: PortalRow,
  effects: readonly Of<'note'>[],
  found: Map<string, FoundByLook>,
): Promise<void> {
  const given = new Set<number>();
  for (const entity of ['leads', 'contacts', 'companies'] as const) {
    const there = effects.filter(({ sent }) => entityTypeOf(sent.on) === entity);
    const floor = Math.min(...there.map(({ sent }) => sent.highWater));
    // Without a mark the list of the account would have no end.
    const all = there.length >= manyNotes && floor > 0 ? await newNotes(requests, portal, entity, floor) : null;
    for (const { seq, lane, marker, sent } of there) {
      const isOurs = ({ params, note_type }: Note) => note_type === sent.type && params.uniq === marker;
      const notes = (all ?? (await newNotesOf(requests, portal, sent))).filter(isOurs);
      const standing = notes.filter(({ entity_id }) => entity_id === sent.on.id);
      const told = standing.length > 0 ? standing : await movedNotes(requests, portal, sent, all, isOurs);
      const ids = told.map(({ id }) => id);
      const others = await queries.madeByOthers(lane, 'note', ids, seq);
      const mine = ids.filter((id) => !others.has(id) && !given.has(id));
      note(found, seq, mine, (id) => noteMade({ id }));
      // The one that `note` takes: it is nobody else's of this look.
      if (mine.length > 0) given.add(Math.min(...mine));
    }
  }
}

/**
 * A card that was merged into another one took its notes along: the account's new notes, if the card is gone.
 * @param all those notes, where they are known: then nothing more is asked for a note that stands nowhere
 */
async function movedNotes(
  requests: LaneRequests,
  portal: PortalRow,
  { on, highWater }: Of<'note'>['sent'],
  all: readonly Note[] | null,
  isOurs: (note: Note) => boolean,
): Promise<readonly Note[]> {
  if (highWater === 0) return [];
  const elsewhere = (all ?? (await newNotes(requests, portal, entityTypeOf(on), highWater))).filter(
    (note) => note.entity_id !== on.id && isOurs(note),
  );
  if (elsewhere.length === 0) return [];
  const card = await requests.read<{ readonly id: number } | null>(portal, (client, options) => {
    if (on.type === 'lead') return client.lead(on.id, options);
    return on.type === 'contact' ? client.contact(on.id, options) : client.company(on.id, options);
  });
  return card === null ? elsewhere : [];
}

function newNotes(requests: LaneRequests, portal: PortalRow, entity: EntityType, floor: number): Promise<Note[]> {
  const types = ['call_in', 'call_out'];
  const pages = requests.pages(portal, (client, options) =>
    client.listNotesOfAll(entity, { ...options, types, pageSize }),
  );
  return newerThan(pages, floor);
}

function newNotesOf(
  requests: LaneRequests,
  portal: PortalRow,
  { on, type, highWater }: Of<'note'>['sent'],
): Promise<Note[]> {
  const pages = requests.pages(portal, (client, options) =>
    client.listNotes(entityTypeOf(on), on.id, { ...options, types: [type], pageSize }),
  );
  return newerThan(pages, highWater);
}

/** An update stands when the note says what was sent. */
async function lookAtNote(
  requests: LaneRequests,
  portal: PortalRow,
  { seq, sent }: Of<'note_update'>,
  found: Map<string, FoundByLook>,
): Promise<void> {
  const pages = requests.pages(portal, (client, options) =>
    client.listNotes(entityTypeOf(sent.on), sent.on.id, { ...options, types: [sent.note.type], pageSize }),
  );
  for await (const page of pages) {
    const current = page.items.find(({ id }) => id === sent.noteId);
    if (current !== undefined) {
      if (says(current, sent.note)) found.set(seq, { made: noteMade(current), several: false });
      return;
    }
    if (page.items.some(({ id }) => id < sent.noteId)) return;
  }
}

function says({ params }: Note, wanted: NoteFields): boolean {
  return (
    params.duration === wanted.durationSec &&
    params.call_status === wanted.callStatus &&
    (params.link ?? '') === (wanted.recordUrl ?? '') &&
    (params.call_result ?? '') === (wanted.callResult ?? '')
  );
}

/** Items of a list by descending id, down to `floor`. */
async function newerThan<T extends { readonly id: number }>(
  pages: AsyncIterable<{ readonly items: readonly T[] }>,
  floor: number,
): Promise<T[]> {
  const newer: T[] = [];
  for await (const { items } of pages) {
    newer.push(...items.filter((item) => item.id > floor));
    if (items.some((item) => item.id <= floor)) break;
  }
  return newer;
}

function note(found: Map<string, FoundByLook>, seq: string, ids: readonly number[], made: (id: number) => Made): void {
  if (ids.length === 0) return;
  found.set(seq, { made: made(Math.min(...ids)), several: ids.length > 1 });
}

const claimMade = ({ uid, _embedded }: Unsorted): Made =>
  unsortedMade({
    uid,
    leadIds: _embedded.leads.map(({ id }) => id),
    contactIds: _embedded.contacts.map(({ id }) => id),
  });

function sentAtOf({ state }: EffectRow): number {
  return state.is === 'in_doubt' ? state.sentAt : 0;
}

/** What a look wants is among the newest; the vendor's recommended page (amocrm-api.md §2.2). */
const pageSize = 50;
/** A claim's time is amoCRM's, ours is Postgres's. */
const clockSkewSec = 600;
