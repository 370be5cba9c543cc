import { tiesOf, type CallTies, type NamedCall } from '@perezvon/calls';
import type { CallEvent } from '@perezvon/contracts';

/** Events of a batch that belong together, and all that they say of their call's ids ({@link CallTies}). */
export interface Group {
  readonly events: readonly CallEvent[];
  /** Ids under which its call is found; the first event's own first. */
  readonly aliases: readonly string[];
  readonly named: readonly NamedCall[];
  readonly asNamed: readonly NamedCall[];
}

/** Events of one id together. */
export function groupById(events: readonly CallEvent[]): Group[] {
  const ties = rememberingTies();
  return united(
    events.map((event) => {
      const { callId, named, asNamed } = ties(event);
      return { events: [event], aliases: [callId], named, asNamed: [asNamed] };
    }),
  );
}

/** Groups that share an alias, directly or by way of others, as one. */
export function united(groups: readonly Group[]): Group[] {
  const setOf = new Map<string, Set<Group>>();
  for (const group of groups) {
    const touched = new Set(group.aliases.flatMap((id) => setOf.get(id) ?? []));
    const [all = new Set<Group>(), ...others] = touched;
    for (const other of others) for (const each of other) all.add(each);
    all.add(group);
    for (const each of others.length > 0 ? all : [group]) for (const id of each.aliases) setOf.set(id, all);
  }
  return [...new Set(setOf.values())].map((all) => asOne([...all]));
}

export const asOne = (parts: readonly Group[]): Group => ({
  events: parts.flatMap(({ events }) => events),
  aliases: [...new Set(parts.flatMap(({ aliases }) => aliases))],
  named: once(parts.flatMap(({ named }) => named)),
  asNamed: once(parts.flatMap(({ asNamed }) => asNamed)),
});

const once = (calls: readonly NamedCall[]) => [
  ...new Map(calls.map((call) => [[call.callId, ...call.namedIds].join(), call])).values(),
];

/** An id costs a SHA-1, and a call's events name it alike, wherever in the batch they stand. */
function rememberingTies(): (event: CallEvent) => CallTies {
  const known = new Map<string, { readonly event: CallEvent; readonly ties: CallTies }>();
  return (event) => {
    const last = known.get(event.call_id);
    if (last && isNamedAlike(last.event, event)) return last.ties;
    const ties = tiesOf(event);
    known.set(event.call_id, { event, ties });
    return ties;
  };
}

/** Of two events with the same call id. */
const isNamedAlike = (a: CallEvent, b: CallEvent) =>
  a.account_id === b.account_id &&
  a.source === b.source &&
  a.source_instance === b.source_instance &&
  a.client.e164 === b.client.e164 &&
  a.client.raw === b.client.raw &&
  (a.linked_call_ids ?? []).length + (b.linked_call_ids ?? []).length === 0;
