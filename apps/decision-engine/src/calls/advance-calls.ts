import { advance, evolve, type Advance } from '@perezvon/calls';
import { callStates, commands, decisions, type CallEvent, type Message, type Settings } from '@perezvon/contracts';
import { inTransaction, type Outbox, type OutboxRecord, type OutboxRelay } from '@perezvon/postgres';
import type { DataSource, EntityManager } from 'typeorm';
import { lockClients, saveCreations, type LockedClients } from '../directory/client-directory.js';
import { accountsNow, lanesOf, type AccountNow, type LaneOfPortal } from '../settings/account-settings.js';
import type { SettingsCache } from '../settings/settings-cache.js';
import type { CallRow } from './call-row.js';
import { claimCalls } from './claim-calls.js';
import { lockCalls, lockDueCalls } from './lock-calls.js';
import { saveCalls } from './save-calls.js';

/**
 * Moves calls forward, a batch at a time: state, dedupe and what is emitted commit together, so a crash at any point
 * repeats the batch without a second effect and without a lost one (design.md, property 1).
 *
 * Locks in one fixed order: aliases, calls by id, clients by (lane, phone).
 */
export class AdvanceCalls {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    private readonly relay: Pick<OutboxRelay, 'wake'>,
    private readonly settingsCache: SettingsCache,
    /** How long a look at amoCRM speaks for a client (seconds), until the mirror keeps the directory current. */
    private readonly clientFreshForSec: number,
    private readonly clock: () => Date = () => new Date(),
  ) {}

  /** New facts. Repetitions change nothing: each event's id and content are in the call's row. */
  async withEvents(events: readonly CallEvent[]): Promise<void> {
    if (events.length === 0) return;
    await this.commit(async (tx) => {
      const { rows, eventsByCall } = await claimCalls(tx, events);
      return [...eventsByCall].flatMap(([callId, own]) => {
        const row = rows.get(callId);
        return row ? [merge(row, own)] : [];
      });
    });
  }

  /** Something around these calls changed: a client, a portal, the settings, the time. */
  async again(callIds: readonly string[]): Promise<void> {
    if (callIds.length === 0) return;
    await this.commit(async (tx) => [...(await lockCalls(tx, callIds)).values()]);
  }

  /**
   * Calls whose time has come. Several processes may do so at once: each takes what no other holds.
   *
   * @returns how many were taken: fewer than `limit` = no more are due
   */
  async due(limit: number): Promise<number> {
    return this.commit((tx) => lockDueCalls(tx, this.clock(), limit));
  }

  private async commit(claim: (tx: EntityManager) => Promise<readonly CallRow[]>): Promise<number> {
    const count = await inTransaction(this.dataSource, async (tx) => {
      const rows = await claim(tx);
      if (rows.length === 0) return 0;
      const context = await this.contextOf(tx, rows);
      const steps = rows.map((row) => step(row, context));
      await saveCalls(
        tx,
        steps.map((s) => s.row),
      );
      await saveCreations(tx, context.clients);
      await this.outbox.append(
        tx,
        steps.flatMap((s) => s.emitted),
      );
      return rows.length;
    });
    if (count > 0) this.relay.wake();
    return count;
  }

  private async contextOf(tx: EntityManager, rows: readonly CallRow[]): Promise<Context> {
    const accounts = await accountsNow(tx, distinct(rows.map((r) => r.accountId)));
    const versions = rows.flatMap((r) => {
      const version = r.settingsVersion ?? accounts.get(r.accountId)?.version;
      return version === undefined ? [] : [{ accountId: r.accountId, version }];
    });
    const settingsBy = await this.settingsCache.get(tx, versions);
    const settingsOfRow = (row: CallRow) => {
      const version = row.settingsVersion ?? accounts.get(row.accountId)?.version;
      return version === undefined ? undefined : settingsBy({ accountId: row.accountId, version });
    };
    const portalIds = rows.map((r) => settingsOfRow(r)?.integration.portalId).filter((id) => id != null);
    const lanes = await lanesOf(tx, distinct(portalIds));
    const laneOf = (row: CallRow) => lanes.get(settingsOfRow(row)?.integration.portalId ?? '') ?? null;
    const undecided = rows.flatMap((row) => {
      const lane = laneOf(row)?.lane;
      const phone = row.facts?.client.e164;
      return lane != null && phone != null ? [{ lane, phone }] : [];
    });
    const clients = await lockClients(tx, undecided, this.clientFreshForSec);
    return { accounts, settingsOf: settingsOfRow, laneOf, clients, now: this.clock().toISOString() };
  }
}

interface Context {
  readonly accounts: ReadonlyMap<string, AccountNow>;
  readonly settingsOf: (row: CallRow) => Settings | undefined;
  readonly laneOf: (row: CallRow) => LaneOfPortal | null;
  readonly clients: LockedClients;
  readonly now: string;
}

const distinct = <T>(values: readonly T[]) => [...new Set(values)];

function merge(row: CallRow, events: readonly CallEvent[]): CallRow {
  const facts = events.reduce((known, event) => evolve(known, event), row.facts);
  return { ...row, facts, lastEventId: events.at(-1)?.event_id ?? row.lastEventId };
}

/** One call's step: what its row becomes and what leaves with it. */
function step(row: CallRow, context: Context): { row: CallRow; emitted: readonly OutboxRecord[] } {
  const { facts } = row;
  const settings = context.settingsOf(row);
  if (!facts) return { row, emitted: [] };
  if (!settings) {
    const waiting = waitingIn('awaiting_settings', row, context.now);
    return { row: { ...row, ...waiting, phone: facts.client.e164, wakeAt: null }, emitted: [] };
  }

  const lane = context.laneOf(row);
  const phone = facts.client.e164;
  const client = lane !== null && phone !== null ? { lane: lane.lane, phone } : null;
  const lookup = lane && client && context.clients.lookUp(client, lane.mirror, row.callId);
  const advanced = advance({ callId: row.callId, pbxCallId: row.pbxCallId, settings }, facts, row.progress, {
    stillActive: context.accounts.get(row.accountId)?.active ?? false,
    lane: lane?.lane ?? null,
    client: lookup,
    now: context.now,
    causedByEventId: row.lastEventId,
  });
  if (client && advanced.promisesContact) context.clients.promiseContact(client, row.callId);
  return {
    row: {
      ...row,
      settingsVersion: settings.version,
      portalId: settings.integration.portalId,
      phone,
      ...waitingIn(advanced.progress.state, row, context.now),
      progress: advanced.progress,
      wakeAt: stillAhead(advanced.progress.wakeAt, context.now),
    },
    emitted: recordsOf(advanced),
  };
}

const waitingIn = (state: CallRow['state'], before: CallRow, now: string): Pick<CallRow, 'state' | 'waitingSince'> => ({
  state,
  waitingSince: !state.startsWith('awaiting_') ? null : state === before.state ? before.waitingSince : now,
});

/** A time that has come has had its effect: a call that still waits does so for something else than time. */
const stillAhead = (wakeAt: string | null, now: string) => (wakeAt !== null && wakeAt > now ? wakeAt : null);

/** The decision first: whoever reads both topics finds the reason before its consequence. */
function recordsOf({ decision, stateChange, commands: wanted }: Advance): OutboxRecord[] {
  return [
    ...(decision ? [record(decisions, decision)] : []),
    ...(stateChange ? [record(callStates, stateChange)] : []),
    ...wanted.map((command) => record(commands, command)),
  ];
}

const record = <T>(message: Message<T>, value: T): OutboxRecord => ({
  topic: message.topic,
  key: message.key(value),
  value: JSON.stringify(value),
});
