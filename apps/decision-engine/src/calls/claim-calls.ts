import { newProgress } from '@perezvon/calls';
import type { CallEvent } from '@perezvon/contracts';
import type { EntityManager } from 'typeorm';
import { findConversations } from './aliases.js';
import { CallMovedMeanwhile } from './call-moved-meanwhile.js';
import { asOne, groupById, type Group } from './groups.js';
import { lockCalls } from './lock-calls.js';
import type { CallRow } from './call-row.js';

/** The call of some events, locked, and the younger calls that prove to be it (R15), locked too. */
export interface ClaimedCall {
  readonly row: CallRow;
  readonly group: Group;
  readonly younger: readonly CallRow[];
  /** What it tells now by which another call may be tied to it (R15): a new id, a call that it names, its client's number. */
  readonly ties: Group | null;
}

/**
 * Finds or founds the call of every event and locks the rows in the order of their ids, also of calls that are about to
 * be joined, so that two processes holding neighbouring batches never wait for each other in a circle (design.md, Topics:
 * correctness comes from rows).
 *
 * @throws CallMovedMeanwhile
 */
export async function claimCalls(tx: EntityManager, events: readonly CallEvent[]): Promise<ClaimedCall[]> {
  const conversations = await findConversations(tx, events);
  const rows = await lockCalls(
    tx,
    conversations.flatMap((conversation) => conversation.callIds),
  );
  const founders = conversations.flatMap(({ isNew, callIds, group }) => {
    const [first] = group.events;
    return isNew && first ? callIds.filter((callId) => !rows.has(callId)).map((callId) => ({ callId, first })) : [];
  });
  for (const row of await foundCalls(tx, founders)) rows.set(row.callId, row);
  return conversations.map(({ group, callIds, isNew }) => {
    const [row, ...younger] = callIds.flatMap((callId) => rows.get(callId) ?? []).sort(byAge);
    if (!row || [row, ...younger].some(({ state }) => state === 'joined')) throw new CallMovedMeanwhile();
    return { row, group, younger, ties: tellingOf(group, row, younger, isNew) };
  });
}

function tellingOf(group: Group, row: CallRow, younger: readonly CallRow[], isNew: boolean): Group | null {
  if (younger.length > 0 || bringsNumber(group, row)) return namingAll(group, [row, ...younger]);
  return isNew || group.named.length > 0 ? group : null;
}

const bringsNumber = ({ events }: Group, { facts }: CallRow) =>
  events.some(({ client }) => client.e164 !== null && client.e164 !== facts?.client.e164);

/**
 * Knowing its client's number only now, or by a call that it proves to be, a call may prove to be one that it named while
 * the number was hidden: it names them again.
 */
function namingAll(group: Group, rows: readonly CallRow[]): Group {
  const named = rows.flatMap(({ facts }) => facts?.secondIds ?? []);
  const [first, ...others] = group.events;
  if (named.length === 0 || first === undefined) return group;
  const naming = { ...first, linked_call_ids: [...(first.linked_call_ids ?? []), ...named] };
  return asOne(groupById([naming, ...others]));
}

const byAge = (a: CallRow, b: CallRow) => (a.firstSeenAt + a.callId < b.firstSeenAt + b.callId ? -1 : 1);

/** R3: the settings version is the one held when the call is first stored; null while there is none yet. */
const ACCOUNTS_OF_FOUNDERS = `
  select n.account_id, a.version, a.portal_id, now() as now
    from unnest($1::text[]) as n (account_id)
    left join accounts a on a.account_id = n.account_id and not a.deleted`;

interface FoundersAccount {
  readonly account_id: string;
  readonly version: number | null;
  readonly portal_id: string | null;
  readonly now: Date;
}

/**
 * New calls as rows that are written once, when their first step is done. Until then the alias that this transaction
 * inserted stands for the row: whoever else meets the call waits for it.
 */
async function foundCalls(
  tx: EntityManager,
  founders: readonly { readonly callId: string; readonly first: CallEvent }[],
): Promise<CallRow[]> {
  if (founders.length === 0) return [];
  const stored: FoundersAccount[] = await tx.query(ACCOUNTS_OF_FOUNDERS, [
    [...new Set(founders.map(({ first }) => first.account_id))],
  ]);
  const accounts = new Map(stored.map((account) => [account.account_id, account]));
  return founders.flatMap(({ callId, first }) => {
    const account = accounts.get(first.account_id);
    return account ? [newRow(callId, first, account)] : [];
  });
}

const newRow = (callId: string, first: CallEvent, account: FoundersAccount): CallRow => ({
  callId,
  isStored: false,
  accountId: first.account_id,
  pbxCallId: first.call_id,
  settingsVersion: account.version,
  portalId: account.portal_id,
  phone: null,
  facts: null,
  progress: newProgress,
  state: 'following',
  lastEventId: first.event_id,
  firstSeenAt: account.now.toISOString(),
  wakeAt: null,
  waitingSince: null,
});
