import { tiesOf } from '@perezvon/calls';
import type { CallEvent } from '@perezvon/contracts';
import { columns } from '@perezvon/postgres';
import type { EntityManager } from 'typeorm';
import { asOne, groupById, type Group } from './groups.js';
import { tieNamedCalls } from './named-calls.js';

/** Events that speak of one conversation, and every call that its ids are known to stand for. */
export interface Conversation {
  readonly group: Group;
  /** One, normally. Several: calls that prove to be one only now (R15). */
  readonly callIds: readonly string[];
  /** Ids of it were never heard of before: its call may have no row yet. */
  readonly isNew: boolean;
}

/**
 * A call is found by any id it was ever known by (reference/pbx-events.md §4.3, Aliases): that of each of its events, and
 * those of calls that prove to be it. The first event to arrive founds the call, under the id it carries itself.
 *
 * The insert makes a founding race have one winner. Whoever lost it sees the winner's call in the second read.
 */
export async function findConversations(tx: EntityManager, events: readonly CallEvent[]): Promise<Conversation[]> {
  const { groups, known } = await tied(tx, groupById(events));
  const missing = groups.flatMap(({ aliases, named }) => {
    const callId = aliases.map((alias) => known.get(alias)).find((id) => id !== undefined) ?? aliases[0];
    const unknown = [...aliases, ...named.flatMap(({ namedIds }) => namedIds)].filter((alias) => !known.has(alias));
    return callId === undefined ? [] : unknown.map((alias) => ({ alias, callId }));
  });
  if (missing.length > 0) await insertAliases(tx, missing);
  const aliases = groups.flatMap((group) => group.aliases);
  const settled = missing.length > 0 ? await readAliases(tx, aliases) : known;
  const conversations = groups.map((group) => {
    const callIds = [...new Set(group.aliases.map((alias) => settled.get(alias) ?? alias))].sort();
    const isForeign = (id: string) => known.has(id) && !callIds.includes(known.get(id) ?? '');
    return {
      group: group.named.some(({ callId }) => isForeign(callId))
        ? { ...group, events: group.events.map(warnedOf(isForeign)) }
        : group,
      callIds,
      isNew: group.aliases.some((alias) => !known.has(alias)),
    };
  });
  return oncePerCall(conversations);
}

/**
 * Two ids of one call may be stored at the same moment by transactions that do not see each other: one names the other
 * id, the other founds the call under it or tells its number. Neither waits for the other, for they insert different
 * aliases, and later events may bring nothing that would tie the two.
 *
 *     naming:   reads ── inserts the named ids ────── commits ── looks again
 *     founding:   reads ── inserts its own alias ─────────── commits ── looks again
 *
 * So each looks once more after its own commit: whoever commits later sees what the other has stored. If it dies before
 * it has looked, its events come again, and their first look finds the same.
 *
 * @param committed calls that a neighbour may have looked for in vain, or they for its own
 * @returns events of those that stand for more than one row by now: handled again, they join them (R15)
 */
export async function tiedMeanwhile(manager: EntityManager, committed: readonly Group[]): Promise<CallEvent[]> {
  if (committed.length === 0) return [];
  const { groups, known } = await tied(manager, committed);
  const isSeveral = ({ aliases }: Group) => new Set(aliases.map((alias) => known.get(alias) ?? alias)).size > 1;
  return groups.filter(isSeveral).flatMap((group) => group.events);
}

/** Groups of one call as one, as far as is known of it by now. */
async function tied(
  tx: EntityManager,
  heard: readonly Group[],
): Promise<{ readonly groups: readonly Group[]; readonly known: ReadonlyMap<string, string> }> {
  const known = await readAliases(
    tx,
    heard.flatMap(({ aliases, named, asNamed }) => [
      ...aliases,
      ...named.map(({ callId }) => callId),
      ...asNamed.flatMap(({ namedIds }) => namedIds),
    ]),
  );
  return { groups: await tieNamedCalls(tx, heard, known), known };
}

/** R16: why a call that the PBX named beside this one was kept apart from it. */
const warnedOf =
  (isForeign: (callId: string) => boolean) =>
  (event: CallEvent): CallEvent =>
    tiesOf(event).named.some(({ callId }) => isForeign(callId))
      ? { ...event, warnings: [...new Set([...(event.warnings ?? []), 'foreign_linked_id'])] }
      : event;

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
            group: asOne(all.map(({ group }) => group)),
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

/**
 * The call of each alias. What a neighbour stored of a call while that call was being joined still leads to the younger
 * one, for ever: the id by which that was founded is an alias itself, and leads on to the older. Primary key, twice.
 */
const READ_ALIASES = `
  select a.alias_id, coalesce(own.call_id, a.call_id) as call_id
    from call_aliases a left join call_aliases own on own.alias_id = a.call_id
   where a.alias_id = any($1::uuid[])`;

async function readAliases(tx: EntityManager, aliases: readonly string[]): Promise<Map<string, string>> {
  const rows: { alias_id: string; call_id: string }[] = await tx.query(READ_ALIASES, [aliases]);
  return new Map(rows.map((row) => [row.alias_id, row.call_id]));
}
