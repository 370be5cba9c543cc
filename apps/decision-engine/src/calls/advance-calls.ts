import type { CallEvent } from '@perezvon/contracts';
import { inTransaction, type Outbox, type OutboxRelay } from '@perezvon/postgres';
import type { DataSource, EntityManager } from 'typeorm';
import { lockClients, saveCreations } from '../directory/client-directory.js';
import { accountsNow, lanesOf } from '../settings/account-settings.js';
import type { SettingsCache } from '../settings/settings-cache.js';
import type { CallRow } from './call-row.js';
import { moveAliases, tiedMeanwhile } from './aliases.js';
import { CallMovedMeanwhile } from './call-moved-meanwhile.js';
import { claimCalls, type ClaimedCall } from './claim-calls.js';
import { aliasesMovedBy, joinYounger } from './join-rows.js';
import { lockCalls, lockDueCalls } from './lock-calls.js';
import { saveCalls } from './save-calls.js';
import { merge, step, type Context } from './step.js';

/** Why calls are looked at: new facts, something around them changed, or their time has come. */
type Cause = 'events' | 'news' | 'due';

/** As many neighbours do not move a batch's calls one after the other: beyond it something is wrong, and is to be seen. */
const MAX_ATTEMPTS = 100;

/** Instants at which the process may be killed, for tests that do so. */
export type Point = `${Cause}:${'locked' | 'decided' | 'saved' | 'appended' | 'committed'}`;

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
    private readonly at: (point: Point) => void = () => undefined,
  ) {}

  /** New facts. Repetitions change nothing: what they say is in the call's row. */
  async withEvents(events: readonly CallEvent[]): Promise<void> {
    let claimed = await this.commitEvents(events);
    for (;;) {
      const ties = claimed.flatMap((call) => call.ties ?? []);
      const again = await tiedMeanwhile(this.dataSource.manager, ties);
      if (again.length === 0) return;
      claimed = await this.commitEvents(again);
      // What has joined nothing ties no more than before; what has may tie another call, and so on to the last one.
      if (claimed.every(({ younger }) => younger.length === 0)) return;
    }
  }

  private async commitEvents(events: readonly CallEvent[]): Promise<readonly ClaimedCall[]> {
    if (events.length === 0) return [];
    for (let attempt = 1; ; attempt += 1) {
      try {
        let claimed: readonly ClaimedCall[] = [];
        await this.commit('events', async (tx) => {
          claimed = await claimCalls(tx, events);
          return claimed.map((call) => ({ ...call, row: merge(call.row, call.group.events) }));
        });
        return claimed;
      } catch (error) {
        // The next look sees what was committed meanwhile; a call is joined or expires once, so this comes to an end.
        if (!(error instanceof CallMovedMeanwhile) || attempt >= MAX_ATTEMPTS) throw error;
      }
    }
  }

  /** Something around these calls changed: a client, a portal, the settings, the time. */
  async again(callIds: readonly string[]): Promise<void> {
    if (callIds.length === 0) return;
    await this.commit('news', async (tx) => [...(await lockCalls(tx, callIds)).values()].map(alone));
  }

  /**
   * Calls whose time has come. Several processes may do so at once: each takes what no other holds.
   *
   * @returns how many were taken: fewer than `limit` = no more are due
   */
  async due(limit: number): Promise<number> {
    return this.commit('due', async (tx) => (await lockDueCalls(tx, this.clock(), limit)).map(alone));
  }

  private async commit(cause: Cause, claim: (tx: EntityManager) => Promise<readonly Taken[]>): Promise<number> {
    const { count, owed } = await inTransaction(this.dataSource, async (tx) => {
      const taken = await claim(tx);
      if (taken.length === 0) return { count: 0, owed: [] };
      this.at(`${cause}:locked`);
      const context = await this.contextOf(
        tx,
        taken.flatMap(({ row, younger }) => [row, ...younger]),
      );
      const joined = taken.map(({ row, younger }) => joinYounger(row, younger, context));
      const olderOf = aliasesMovedBy(joined);
      for (const [younger, older] of olderOf) context.clients.join(younger, older);
      const steps = joined.map(({ row }) => step(row, context));
      this.at(`${cause}:decided`);
      await moveAliases(tx, olderOf);
      await saveCalls(tx, [...joined.flatMap(({ ended }) => ended), ...steps.map((s) => s.row)]);
      await saveCreations(tx, context.clients);
      this.at(`${cause}:saved`);
      const appended = await this.outbox.append(
        tx,
        [...joined, ...steps].flatMap((s) => s.emitted),
      );
      this.at(`${cause}:appended`);
      return { count: taken.length, owed: appended };
    });
    if (count === 0) return 0;
    this.at(`${cause}:committed`);
    this.relay.wake(owed);
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

/** A call in hand, and the younger calls that prove to be it (R15). */
interface Taken {
  readonly row: CallRow;
  readonly younger: readonly CallRow[];
}

const alone = (row: CallRow): Taken => ({ row, younger: [] });

const distinct = <T>(values: readonly T[]) => [...new Set(values)];
