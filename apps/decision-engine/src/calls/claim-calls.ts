import { callIdOf, newProgress } from '@perezvon/calls';
import type { CallEvent } from '@perezvon/contracts';
import { columns } from '@perezvon/postgres';
import type { EntityManager } from 'typeorm';
import { lockCalls } from './lock-calls.js';
import type { CallRow } from './call-row.js';

/** Events of one batch with the call that each belongs to. */
export interface ClaimedCalls {
  readonly rows: ReadonlyMap<string, CallRow>;
  readonly eventsByCall: ReadonlyMap<string, readonly CallEvent[]>;
}

/**
 * Finds or founds the call of every event and locks the rows in the order of their ids, so that two processes holding
 * neighbouring batches never wait for each other in a circle (design.md, Topics: correctness comes from rows).
 *
 * A call is found by any id it was ever known by (reference/pbx-events.md §4.3, Aliases). The first event to arrive
 * founds the call, under the id it carries itself; `on conflict do nothing` makes a founding race have one winner.
 */
export async function claimCalls(tx: EntityManager, events: readonly CallEvent[]): Promise<ClaimedCalls> {
  const callIdByAlias = await joinAliases(tx, events);
  const eventsByCall = new Map<string, CallEvent[]>();
  for (const event of events) {
    const callId = callIdByAlias.get(ownAlias(event)) ?? ownAlias(event);
    const known = eventsByCall.get(callId);
    if (known) known.push(event);
    else eventsByCall.set(callId, [event]);
  }
  await foundCalls(tx, eventsByCall);
  return { rows: await lockCalls(tx, [...eventsByCall.keys()]), eventsByCall };
}

const ownAlias = (event: CallEvent) => callIdOf(event, event.call_id);

const aliasesOf = (event: CallEvent) =>
  [event.call_id, ...(event.linked_call_ids ?? [])].map((pbxCallId) => callIdOf(event, pbxCallId));

/** Alias → call for every id in the batch; ids that are new are tied to the call of the ids beside them. */
async function joinAliases(tx: EntityManager, events: readonly CallEvent[]): Promise<Map<string, string>> {
  const groups = events.map(aliasesOf);
  const known = await readAliases(tx, groups.flat());
  const wanted = new Map<string, string>();
  for (const group of groups) {
    const callId =
      group.map((alias) => known.get(alias) ?? wanted.get(alias)).find((id) => id !== undefined) ?? group[0];
    if (callId === undefined) continue;
    for (const alias of group) if (!known.has(alias) && !wanted.has(alias)) wanted.set(alias, callId);
  }
  if (wanted.size === 0) return known;
  await tx.query(
    INSERT_ALIASES,
    columns(
      [...wanted].sort(byAlias),
      ([alias]) => alias,
      ([, callId]) => callId,
    ),
  );
  return readAliases(tx, groups.flat());
}

const byAlias = ([a]: readonly [string, string], [b]: readonly [string, string]) => (a < b ? -1 : 1);

const INSERT_ALIASES = `
  insert into call_aliases (alias_id, call_id)
  select * from unnest($1::uuid[], $2::uuid[])
  on conflict do nothing`;

async function readAliases(tx: EntityManager, aliases: readonly string[]): Promise<Map<string, string>> {
  const rows: { alias_id: string; call_id: string }[] = await tx.query(
    'select alias_id, call_id from call_aliases where alias_id = any($1::uuid[])',
    [[...new Set(aliases)]],
  );
  return new Map(rows.map((row) => [row.alias_id, row.call_id]));
}

/** R3: the settings version is the one held when the call is first stored; null while there is none yet. */
const FOUND_CALLS = `
  insert into calls (call_id, account_id, pbx_call_id, settings_version, portal_id, progress, state, last_event_id)
  select f.call_id, f.account_id, f.pbx_call_id, s.version, (s.document #>> '{integration,portalId}')::uuid,
         $5::jsonb, 'following', f.last_event_id
    from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as f (call_id, account_id, pbx_call_id, last_event_id)
    left join accounts a on a.account_id = f.account_id and not a.deleted
    left join settings_versions s on s.account_id = a.account_id and s.version = a.version
   order by f.call_id
  on conflict do nothing`;

async function foundCalls(tx: EntityManager, eventsByCall: ReadonlyMap<string, readonly CallEvent[]>): Promise<void> {
  const founders = [...eventsByCall].flatMap(([callId, [first]]) => (first ? [{ callId, first }] : []));
  await tx.query(FOUND_CALLS, [
    ...columns(
      founders,
      (f) => f.callId,
      (f) => f.first.account_id,
      (f) => f.first.call_id,
      (f) => f.first.event_id,
    ),
    JSON.stringify(newProgress),
  ]);
}
