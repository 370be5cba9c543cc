import { CARD_TYPES, type Note } from '../store/model.js';
import { type PortalStore } from '../store/portal-store.js';

/** Of one card: a call was written down after another that began only when it was over (faults.md I4). */
export interface OutOfOrder {
  readonly card: string;
  /** The later call, which came first. */
  readonly firstNoteId: number;
  readonly secondNoteId: number;
}

/**
 * As far as the contents can tell: calls that overlapped in time may come in any order, and a call whose note has no start
 * of its own counts as made when it was written.
 */
export function outOfOrderIn(store: PortalStore): OutOfOrder[] {
  return CARD_TYPES.flatMap((type) =>
    [...store[type].values()].flatMap(({ id }) => {
      const notes = store.notesOf(type, id).flatMap((noteId) => store.notes.get(noteId) ?? []);
      return misplacedAmong(notes.filter(isCall), `${type}/${id}`);
    }),
  );
}

/** @param calls of one card, in the order they were written down */
function misplacedAmong(calls: readonly Note[], card: string): OutOfOrder[] {
  const found: OutOfOrder[] = [];
  let latest: Note | undefined;
  for (const call of calls) {
    if (latest !== undefined && endOf(call) < latest.created_at) {
      found.push({ card, firstNoteId: latest.id, secondNoteId: call.id });
    }
    if (latest === undefined || call.created_at > latest.created_at) latest = call;
  }
  return found;
}

function isCall({ note_type }: Note): boolean {
  return note_type === 'call_in' || note_type === 'call_out';
}

function endOf({ created_at, params }: Note): number {
  return created_at + (typeof params['duration'] === 'number' ? params['duration'] : 0);
}
