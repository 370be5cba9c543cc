import { evolveAll, isOneCall, type CallFacts } from '@perezvon/calls';
import type { EntityManager } from 'typeorm';
import { united, type Group } from './groups.js';

/**
 * Ties calls to those that they named and that prove to be the same (R15). A batch that knows of no named call reads
 * nothing. Read without locks: what a neighbour stores at this moment is seen after the commit (`tiedMeanwhile`).
 *
 * @param known call ids by the groups' aliases, and by what they named and may have been named as
 */
export async function tieNamedCalls(
  tx: EntityManager,
  groups: readonly Group[],
  known: ReadonlyMap<string, string>,
): Promise<readonly Group[]> {
  const sides = sidesOf(groups, known);
  const namings = [...namedNow(groups, sides), ...namedBefore(groups, sides)];
  if (namings.length === 0) return groups;
  const stored = await readFacts(
    tx,
    namings.flatMap(({ by, named }) => [by.callId, named.callId]).filter((callId) => callId !== null),
  );
  const factsOf = oncePerSide(({ callId, group }) => evolveAll(stored.get(callId ?? '') ?? null, group?.events ?? []));
  const proven = namings.filter(({ by, pbxCallId, named }) => {
    const [naming, other] = [factsOf(by), factsOf(named)];
    return naming !== null && other !== null && isOneCall(naming, pbxCallId, other);
  });
  if (proven.length === 0) return groups;
  const aliasesOf = new Map<Group, string[]>();
  for (const group of groups) aliasesOf.set(group, [...group.aliases]);
  for (const { tied, to } of proven) aliasesOf.get(tied)?.push(to);
  return united(groups.map((group) => ({ ...group, aliases: aliasesOf.get(group) ?? group.aliases })));
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
function namedNow(groups: readonly Group[], sides: Sides): Naming[] {
  return groups.flatMap((group) => {
    const by = sides.ofGroup(group);
    return group.named.flatMap(({ pbxCallId, callId: to }) => {
      const named = sides.ofAlias(to);
      const isHeardOf = named.group !== null || named.callId !== null;
      return isHeardOf && !isSame(by, named) ? [{ by, pbxCallId, named, tied: group, to }] : [];
    });
  });
}

/** By earlier events; of calls that this batch tells of. */
function namedBefore(groups: readonly Group[], sides: Sides): Naming[] {
  return groups.flatMap((group) => {
    const named = sides.ofGroup(group);
    return group.asNamed.flatMap(({ pbxCallId, namedIds }) =>
      namedIds.flatMap((to) => {
        const by = sides.ofAlias(to);
        return by.callId === null || isSame(by, named) ? [] : [{ by, pbxCallId, named, tied: group, to }];
      }),
    );
  });
}

interface Sides {
  readonly ofGroup: (group: Group) => Side;
  readonly ofAlias: (alias: string) => Side;
}

/** Each is asked for with every id that a batch names, so nothing here may look through all groups. */
function sidesOf(groups: readonly Group[], known: ReadonlyMap<string, string>): Sides {
  const ofGroup = ({ aliases }: Group) =>
    aliases.map((alias) => known.get(alias)).find((callId) => callId !== undefined) ?? null;
  const groupOf = new Map<string, Group>();
  for (const group of [...groups].reverse()) {
    for (const alias of group.aliases) groupOf.set(known.get(alias) ?? alias, group);
  }
  return {
    ofGroup: (group) => ({ group, callId: ofGroup(group) }),
    ofAlias: (alias) => {
      const callId = known.get(alias) ?? null;
      return { group: groupOf.get(callId ?? alias) ?? null, callId };
    },
  };
}

/** A call is a side of many namings. A group tells of one call alone until it is tied. */
function oncePerSide<Result>(of: (side: Side) => Result): (side: Side) => Result {
  const results = new Map<Group | string | null, Result>();
  return (side) => {
    const key = side.group ?? side.callId;
    const known = results.get(key);
    if (known !== undefined) return known;
    const result = of(side);
    results.set(key, result);
    return result;
  };
}

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
