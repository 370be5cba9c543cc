import { newProgress } from '@perezvon/calls';
import type { CallEvent } from '@perezvon/contracts';
import { columns } from '@perezvon/postgres';
import type { EntityManager } from 'typeorm';
import { findConversations } from './aliases.js';
import { lockCalls } from './lock-calls.js';
import type { CallRow } from './call-row.js';

/** The call of some events, locked, and the younger calls that prove to be it (R15), locked too. */
export interface ClaimedCall {
  readonly row: CallRow;
  readonly events: readonly CallEvent[];
  readonly younger: readonly CallRow[];
}

/**
 * Between the look at its aliases and its lock a row was joined to another, or went with the retention: look again, in a
 * new transaction. Its aliases moved or went in the same transaction as the row, so the new look finds something else.
 */
export class CallMovedMeanwhile extends Error {
  readonly code = 'call_moved_meanwhile';

  constructor() {
    super('a call was joined to another or expired while its row was waited for');
    this.name = 'CallMovedMeanwhile';
  }
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
  await foundCalls(
    tx,
    conversations.flatMap(({ isNew, callIds, events: [first] }) =>
      isNew && first ? callIds.map((callId) => ({ callId, first })) : [],
    ),
  );
  const rows = await lockCalls(
    tx,
    conversations.flatMap((conversation) => conversation.callIds),
  );
  return conversations.map((conversation) => {
    const [row, ...younger] = conversation.callIds.flatMap((callId) => rows.get(callId) ?? []).sort(byAge);
    if (!row || [row, ...younger].some(({ state }) => state === 'joined')) throw new CallMovedMeanwhile();
    return { row, events: conversation.events, younger };
  });
}

const byAge = (a: CallRow, b: CallRow) => (a.firstSeenAt + a.callId < b.firstSeenAt + b.callId ? -1 : 1);

/** R3: the settings version is the one held when the call is first stored; null while there is none yet. */
const FOUND_CALLS = `
  insert into calls (call_id, account_id, pbx_call_id, settings_version, portal_id, progress, state, last_event_id)
  select f.call_id, f.account_id, f.pbx_call_id, a.version, a.portal_id, $5::jsonb, 'following', f.last_event_id
    from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as f (call_id, account_id, pbx_call_id, last_event_id)
    left join accounts a on a.account_id = f.account_id and not a.deleted
   order by f.call_id
  on conflict do nothing`;

async function foundCalls(
  tx: EntityManager,
  founders: readonly { readonly callId: string; readonly first: CallEvent }[],
): Promise<void> {
  if (founders.length === 0) return;
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
