import { evolveAll, isOneCall, type CallFacts } from '@perezvon/calls';
import type { EntityManager } from 'typeorm';
import { united, type Group } from './groups.js';

/**
 * Ties calls to those that they named and that prove to be the same (R15). A batch that knows of no named call reads
 * nothing. Read without locks: what a neighbour stores at this moment is found with the next event of either.
 *
 * @param known call ids by the groups' aliases, and by what they named and may have been named as
 */
export async function tieNamedCalls(
  tx: EntityManager,
  groups: readonly Group[],
  known: ReadonlyMap<string, string>,
): Promise<readonly Group[]> {
  const namings = [...namedNow(groups, known), ...namedBefore(groups, known)];
  if (namings.length === 0) return groups;
  const stored = await readFacts(
    tx,
    namings.flatMap(({ by, named }) => [by.callId, named.callId]).filter((callId) => callId !== null),
  );
  const factsOf = ({ callId, group }: Side) => evolveAll(stored.get(callId ?? '') ?? null, group?.events ?? []);
  const proven = namings.filter(({ by, pbxCallId, named }) => {
    const [naming, other] = [factsOf(by), factsOf(named)];
    return naming !== null && other !== null && isOneCall(naming, pbxCallId, other);
  });
  if (proven.length === 0) return groups;
  const tiesOf = (group: Group) => proven.filter(({ tied }) => tied === group).map(({ to }) => to);
  return united(groups.map((group) => ({ ...group, aliases: [...group.aliases, ...tiesOf(group)] })));
}

/** One call named another. */
interface Naming {
  readonly by: Side;
  readonly pbxCallId: string;
  readonly named: Side;
  /** Once they prove to be one, this group is found under that alias too. */
  readonly tied: Group;
  readonly to: string;
}

/** A call as this batch tells of it, as it was known before, or both. */
interface Side {
  readonly group: Group | null;
  readonly callId: string | null;
}

/** By events of this batch; of calls that were heard of. */
function namedNow(groups: readonly Group[], known: ReadonlyMap<string, string>): Naming[] {
  return groups.flatMap((group) =>
    group.named.flatMap(({ pbxCallId, callId: to }) => {
      const named = sideOf(to, groups, known);
      const isHeardOf = named.group !== null || named.callId !== null;
      const by = { group, callId: callIn(group, known) };
      return isHeardOf && !isSame(by, named) ? [{ by, pbxCallId, named, tied: group, to }] : [];
    }),
  );
}

/** By earlier events; of calls that this batch tells of. */
function namedBefore(groups: readonly Group[], known: ReadonlyMap<string, string>): Naming[] {
  return groups.flatMap((group) =>
    group.asNamed.flatMap(({ pbxCallId, namedIds }) =>
      namedIds.flatMap((to) => {
        if (!known.has(to)) return [];
        const by = sideOf(to, groups, known);
        const named = { group, callId: callIn(group, known) };
        return isSame(by, named) ? [] : [{ by, pbxCallId, named, tied: group, to }];
      }),
    ),
  );
}

function sideOf(alias: string, groups: readonly Group[], known: ReadonlyMap<string, string>): Side {
  const callId = known.get(alias) ?? null;
  const isOfIt = (each: string) => each === alias || (callId !== null && known.get(each) === callId);
  return { group: groups.find(({ aliases }) => aliases.some(isOfIt)) ?? null, callId };
}

const callIn = ({ aliases }: Group, known: ReadonlyMap<string, string>): string | null =>
  aliases.map((alias) => known.get(alias)).find((callId) => callId !== undefined) ?? null;

const isSame = (a: Side, b: Side) =>
  (a.group !== null && a.group === b.group) || (a.callId !== null && a.callId === b.callId);

/** Primary key. */
async function readFacts(tx: EntityManager, callIds: readonly string[]): Promise<Map<string, CallFacts | null>> {
  const rows: { call_id: string; facts: CallFacts | null }[] = await tx.query(
    'select call_id, facts from calls where call_id = any($1::uuid[])',
    [callIds],
  );
  return new Map(rows.map((row) => [row.call_id, row.facts]));
}
