import { callIdOf } from '@perezvon/calls';
import type { CallEvent } from '@perezvon/contracts';
import { columns } from '@perezvon/postgres';
import type { EntityManager } from 'typeorm';

/** Events that speak of one conversation, and every call that its ids are known to stand for. */
export interface Conversation {
  readonly events: readonly CallEvent[];
  /** One, normally. Several: calls that prove to be one only now (R15). */
  readonly callIds: readonly string[];
  /** Ids of it were never heard of before: its call may have no row yet. */
  readonly isNew: boolean;
}

/**
 * A call is found by any id it was ever known by (reference/pbx-events.md §4.3, Aliases). Ids that are new are tied to the
 * call of the ids beside them; the first event to arrive founds the call, under the id it carries itself.
 *
 * The insert makes a founding race have one winner. Whoever lost it sees the winner's call in the second read, and so
 * also whether ids that this batch holds together stand for two calls.
 */
export async function findConversations(tx: EntityManager, events: readonly CallEvent[]): Promise<Conversation[]> {
  const groups = groupByAlias(events);
  const aliases = groups.flatMap((group) => group.aliases);
  const known = await readAliases(tx, aliases);
  const missing = groups.flatMap((group) => {
    const callId = group.aliases.map((alias) => known.get(alias)).find((id) => id !== undefined) ?? group.aliases[0];
    return callId === undefined ? [] : group.aliases.filter((a) => !known.has(a)).map((alias) => ({ alias, callId }));
  });
  if (missing.length > 0) await insertAliases(tx, missing);
  const settled = missing.length > 0 ? await readAliases(tx, aliases) : known;
  return oncePerCall(
    groups.map((group) => ({
      events: group.events,
      callIds: [...new Set(group.aliases.map((alias) => settled.get(alias) ?? alias))].sort(),
      isNew: group.aliases.some((alias) => !known.has(alias)),
    })),
  );
}

/** Groups that tell one call by ids that nothing in the batch ties together: two takers would overwrite each other. */
function oncePerCall(conversations: readonly Conversation[]): Conversation[] {
  const byCall = new Map<string, Conversation>();
  for (const conversation of conversations) {
    const same = new Set(conversation.callIds.flatMap((callId) => byCall.get(callId) ?? []));
    const all = [...same, conversation];
    const joined: Conversation =
      same.size === 0
        ? conversation
        : {
            events: all.flatMap(({ events }) => events),
            callIds: [...new Set(all.flatMap(({ callIds }) => callIds))].sort(),
            isNew: all.some(({ isNew }) => isNew),
          };
    for (const callId of joined.callIds) byCall.set(callId, joined);
  }
  return [...new Set(byCall.values())];
}

/** From now on the younger call's ids are the older one's. Both rows are locked. Index call_aliases_call. */
export async function moveAliases(tx: EntityManager, joined: ReadonlyMap<string, string>): Promise<void> {
  if (joined.size === 0) return;
  await tx.query(
    `update call_aliases a set call_id = j.older
       from unnest($1::uuid[], $2::uuid[]) as j (younger, older)
      where a.call_id = j.younger`,
    columns(
      [...joined],
      ([younger]) => younger,
      ([, older]) => older,
    ),
  );
}

interface Group {
  readonly aliases: string[];
  readonly events: CallEvent[];
}

/** Events of the batch that share an id, directly or by way of others; the first event's own id first. */
function groupByAlias(events: readonly CallEvent[]): Group[] {
  const groupOf = new Map<string, Group>();
  const groups = new Set<Group>();
  const aliasesOf = rememberingAliases();
  for (const event of events) {
    const aliases = aliasesOf(event);
    const touched = [...new Set(aliases.map((alias) => groupOf.get(alias)).filter((group) => group !== undefined))];
    const [first = { aliases: [], events: [] }, ...others] = touched;
    groups.add(first);
    for (const other of others) {
      groups.delete(other);
      first.aliases.push(...other.aliases);
      first.events.push(...other.events);
    }
    first.events.push(event);
    for (const alias of aliases) if (!first.aliases.includes(alias)) first.aliases.push(alias);
    for (const alias of first.aliases) groupOf.set(alias, first);
  }
  return [...groups];
}

/** An id costs a SHA-1, and a call's events name it alike, wherever in the batch they stand. */
function rememberingAliases(): (event: CallEvent) => readonly string[] {
  const known = new Map<string, { readonly event: CallEvent; readonly aliases: readonly string[] }>();
  return (event) => {
    const last = known.get(event.call_id);
    if (last && isNamedAlike(last.event, event)) return last.aliases;
    const ids = [event.call_id, ...(event.linked_call_ids ?? [])];
    const aliases = ids.map((pbxCallId) => callIdOf(event, pbxCallId));
    known.set(event.call_id, { event, aliases });
    return aliases;
  };
}

/** Of two events with the same call id. */
const isNamedAlike = (a: CallEvent, b: CallEvent) =>
  a.account_id === b.account_id &&
  a.source === b.source &&
  a.source_instance === b.source_instance &&
  (a.linked_call_ids ?? []).length + (b.linked_call_ids ?? []).length === 0;

async function insertAliases(
  tx: EntityManager,
  missing: readonly { readonly alias: string; readonly callId: string }[],
): Promise<void> {
  await tx.query(
    `insert into call_aliases (alias_id, call_id)
     select * from unnest($1::uuid[], $2::uuid[])
     on conflict do nothing`,
    columns(
      [...missing].sort((a, b) => (a.alias < b.alias ? -1 : 1)),
      ({ alias }) => alias,
      ({ callId }) => callId,
    ),
  );
}

async function readAliases(tx: EntityManager, aliases: readonly string[]): Promise<Map<string, string>> {
  const rows: { alias_id: string; call_id: string }[] = await tx.query(
    'select alias_id, call_id from call_aliases where alias_id = any($1::uuid[])',
    [aliases],
  );
  return new Map(rows.map((row) => [row.alias_id, row.call_id]));
}
