import { type CallFacts } from '@perezvon/calls';
import { type EffectName } from '@perezvon/contracts';
import { columns, inTransaction } from '@perezvon/postgres';
import { type DataSource, type EntityManager } from 'typeorm';
import { withoutEndAt } from './calls-without-end.js';
import {
  effectsOf,
  factsOf,
  type JournalCall,
  journalStateOf,
  lastDecisionOf,
  newJournalCall,
  startOf,
  type Telling,
} from './journal-call.js';

/**
 * Writes what was told into the calls' rows: each batch in one transaction, its rows locked in the order of their keys,
 * so that the readers of several topics wait for each other but never in a circle.
 */
export class JournalStore {
  constructor(private readonly dataSource: DataSource) {}

  async tell(tellings: readonly Telling[]): Promise<void> {
    if (tellings.length === 0) return;
    const keys = new Map(tellings.map((each) => [keyOf(each), each]));
    await inTransaction(this.dataSource, async (tx) => {
      await foundCalls(tx, [...keys.values()]);
      const calls = await lockCalls(tx, [...keys.values()]);
      for (const telling of tellings) {
        const call = calls.get(keyOf(telling));
        if (call === undefined) throw new Error('a locked row of the journal is gone');
        calls.set(keyOf(telling), telling.merge(call));
      }
      await saveCalls(tx, [...calls.values()]);
    });
  }

  /** Stores anew what follows from what is known of these calls, which changes with time; what is gone stays gone. */
  async judge(accountId: string, callIds: readonly string[]): Promise<void> {
    if (callIds.length === 0) return;
    const keys = callIds.map((callId) => ({ accountId, callId }));
    await inTransaction(this.dataSource, async (tx) => saveCalls(tx, [...(await lockCalls(tx, keys)).values()]));
  }
}

type Key = Pick<Telling, 'accountId' | 'callId'>;
const keyOf = ({ accountId, callId }: Key): string => `${accountId} ${callId}`;

/** Founds the rows that are missing, by the primary key; a founding race has one winner. */
const FOUND = `
  insert into journal_calls (account_id, call_id, pbx_call_id, started_at, direction, state, body)
  select account_id, call_id, '', now(), 'unknown', 'in_progress', 'null'
    from unnest($1::text[], $2::uuid[]) as told (account_id, call_id)
   order by account_id, call_id
  on conflict do nothing`;

/**
 * Without a join: PostgreSQL 18 looks again at a row that it had to wait for by running the query once more, and where
 * the partition is pruned by a joined value that second look loses rows, or ends the server with a segmentation fault. A
 * call's id is made from its account, so the two lists do not cross.
 */
const LOCK = `
  select account_id, call_id, body
    from journal_calls
   where account_id = any($1::text[]) and call_id = any($2::uuid[])
   order by account_id, call_id
     for update`;

const SAVE = `
  update journal_calls as held
     set pbx_call_id = told.pbx_call_id, started_at = told.started_at, direction = told.direction, phone = told.phone,
         outcome = told.outcome, state = told.state, portal_id = told.portal_id, body = told.body,
         made = string_to_array(told.made, ' '), without_end_at = told.without_end_at
    from unnest($1::text[], $2::uuid[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::text[], $8::text[],
                $9::uuid[], $10::json[], $11::text[], $12::timestamptz[])
      as told (account_id, call_id, pbx_call_id, started_at, direction, phone, outcome, state, portal_id, body, made,
               without_end_at)
   where held.account_id = told.account_id and held.call_id = told.call_id`;

const parametersOf = (keys: readonly Key[]): unknown[] =>
  columns(
    keys,
    (key) => key.accountId,
    (key) => key.callId,
  );

async function foundCalls(tx: EntityManager, keys: readonly Key[]): Promise<void> {
  await tx.query(FOUND, parametersOf(keys));
}

async function lockCalls(tx: EntityManager, keys: readonly Key[]): Promise<Map<string, JournalCall>> {
  const rows: { account_id: string; call_id: string; body: JournalCall | null }[] = await tx.query(
    LOCK,
    parametersOf(keys),
  );
  return new Map(
    rows.map(({ account_id: accountId, call_id: callId, body }) => [
      keyOf({ accountId, callId }),
      body ?? newJournalCall(accountId, callId),
    ]),
  );
}

async function saveCalls(tx: EntityManager, calls: readonly JournalCall[]): Promise<void> {
  const rows = calls.map((call) => ({ call, facts: factsOf(call), decision: lastDecisionOf(call) }));
  const now = new Date().toISOString();
  await tx.query(
    SAVE,
    columns(
      rows,
      ({ call }) => call.accountId,
      ({ call }) => call.callId,
      ({ call }) => call.pbxCallId ?? '',
      ({ call }) => startOf(call) ?? now,
      ({ call, facts, decision }) => facts?.direction ?? decision?.direction ?? call.state?.direction ?? 'unknown',
      ({ call, facts, decision }) => phoneOf(facts) ?? decision?.phone ?? call.state?.phone ?? null,
      ({ facts, decision }) => decision?.outcome ?? facts?.ended?.outcome ?? null,
      ({ call }) => journalStateOf(call, now),
      ({ call, decision }) => decision?.portalId ?? call.state?.portalId ?? null,
      ({ call }) => JSON.stringify(call),
      ({ call }) => madeBy(call).join(' '),
      ({ call }) => withoutEndAt(call),
    ),
  );
}

function madeBy(call: JournalCall): EffectName[] {
  return [...effectsOf(call)].filter(([, result]) => result?.state === 'done').map(([effect]) => effect);
}

/** E.164, or a short number as it was dialled. */
function phoneOf(facts: CallFacts | null): string | null {
  if (facts === null) return null;
  return facts.client.e164 ?? (facts.client.kind === 'short' ? facts.client.raw : null);
}
