import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { type DataSource } from 'typeorm';
import { clientConfig, type ConnectionSettings } from './connection.js';
import { settingsOf } from './database.js';
import { type AppendedRecord, outboxTable, type OutboxRecord } from './outbox.js';
import { OutboxMemory } from './outbox-memory.js';
import { parkRefused, type RefusedRecord } from './outbox-refused.js';

export interface OutboxRelayOptions {
  /** Says which database and schema; the relay opens a connection of its own beside the pool. */
  readonly dataSource: DataSource;
  /**
   * Resolves when every record is durable at its destination, in the order given per key. Rejects if any may not be: then
   * the whole batch comes again. `signal` aborts when the relay no longer leads: what has not been sent must not be.
   */
  readonly publish: (records: readonly OutboxRecord[], signal: AbortSignal) => Promise<void>;
  /** Why one of the records of a rejected publish can never be published, as a code; null: it may pass later. */
  readonly refusalOf: (error: unknown) => string | null;
  readonly logger: RelayLogger;
  /** The net under {@link OutboxRelay.wake}: how often an idle relay looks by itself. Default 1 s. */
  readonly pollMs?: number;
  /** Records per publish. Default 500. */
  readonly batchSize?: number;
  /** How long records are let gather at most before the next publish, once the outbox was empty. Default 0: not at all. */
  readonly gatherMs?: number;
}

export interface RelayLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** `standby`: another process of the service relays. `failing`: the last attempt failed, the next comes by itself. */
export type RelayState = 'new' | 'connecting' | 'standby' | 'leading' | 'failing' | 'stopped';

/** First key of the advisory lock; the second one is the schema's hash. */
const relayLockClass = 0x7065_7266;

const firstRetryMs = 100;
const longestRetryMs = 10_000;
/** How much longer a relay that keeps up rests than it has just worked. */
const restPerWork = 2;
/** How long the server may take to close a session that says goodbye. */
const farewellMs = 1_000;

/**
 * Publishes what {@link Outbox} holds and deletes it afterwards; one process at a time does so for a schema.
 *
 *     new ──start──▶ connecting ──connected──▶ standby ◀──lock held elsewhere, asked again each pollMs──┐
 *                       ▲   ▲                     │ └───────────────────────────────────────────────────┘
 *                       │   └──── failing ◀─any──┐│lock won
 *                       │       (back-off)  error │▼
 *                       └──── connection lost ── leading: read → publish → delete, until empty; then wait for wake
 *     any ──stop──▶ stopped
 *
 * Lock and reading live on one session: a relay that lost its lock has also lost the connection it deletes with, so it
 * cannot take away what another one is still publishing.
 *
 * A record that its destination refuses for good would hold up all that come after it. It is found by halving its batch,
 * and parked with its bytes and the reason (`outbox_refused`, a metric, an error in the log); the others go on. Those of
 * its key then arrive without it: receivers of a topic of ours hold versions or revisions, so the next one says it all.
 *
 * Published twice: records whose publish resolved and whose delete did not (killed between, connection lost). Receivers
 * drop duplicates by version or id; also those that went before a refused one. Lost: never, because only a resolved publish leads to a delete.
 *
 * Limit: a publish already on the wire when the session is lost may arrive after the successor's. Keep the publish's own
 * time-out short and let receivers ignore a version lower than the one they hold.
 */
export class OutboxRelay {
  private readonly settings: ConnectionSettings;
  private readonly pollMs: number;
  private readonly batchSize: number;
  private readonly gatherMs: number;
  private readonly stopping = new AbortController();
  private current: RelayState = 'new';
  private lastFailure: string | undefined;
  private life: Promise<void> | undefined;
  private client: Client | undefined;
  private readonly memory = new OutboxMemory();
  /** Set by a wake that came while the relay was busy: look again before waiting. */
  private woken = false;
  private endWait: (() => void) | undefined;

  constructor(private readonly options: OutboxRelayOptions) {
    this.settings = settingsOf(options.dataSource);
    this.pollMs = options.pollMs ?? 1_000;
    this.batchSize = options.batchSize ?? 500;
    this.gatherMs = options.gatherMs ?? 0;
  }

  get state(): RelayState {
    return this.current;
  }

  /** Not ready while records may be piling up because of this process: connecting, or failing. */
  readiness(): { ready: boolean; reason?: string } {
    if (this.current === 'leading' || this.current === 'standby') return { ready: true };
    return { ready: false, reason: this.lastFailure ?? `outbox relay is ${this.current}` };
  }

  start(): void {
    if (this.current !== 'new') throw new Error(`an outbox relay starts once; this one is ${this.current}`);
    this.current = 'connecting';
    this.life = this.live();
  }

  /**
   * Something was committed to the outbox: publish it now rather than at the next poll. Never waits, never fails.
   *
   * @param committed what {@link Outbox.append} gave, if it is at hand: it need not be read back then
   */
  wake(committed: readonly AppendedRecord[] = []): void {
    if (this.current === 'leading') this.memory.keep(committed);
    this.woken = true;
    this.endWait?.();
  }

  /**
   * Lets the batch in hand finish, then lets go of the lock. After `deadlineMs` the connection is cut instead: what was
   * being published stays in the outbox and is published again by whoever comes next.
   */
  async stop(deadlineMs: number): Promise<void> {
    this.stopping.abort();
    this.endWait?.();
    const deadline = new AbortController();
    const cut = sleep(deadlineMs, 'late' as const, { signal: deadline.signal }).catch(() => 'cancelled' as const);
    const outcome = await Promise.race([this.life, cut]);
    deadline.abort();
    if (outcome === 'late') {
      this.options.logger.warn({ deadlineMs }, 'outbox relay did not stop in time: its connection is cut');
      if (this.client !== undefined) void disconnect(this.client);
    }
    this.current = 'stopped';
  }

  private async live(): Promise<void> {
    let retryMs = firstRetryMs;
    while (!this.stopping.signal.aborted) {
      try {
        this.current = 'connecting';
        await this.session(() => {
          retryMs = firstRetryMs;
          this.lastFailure = undefined;
        });
      } catch (error) {
        if (this.stopping.signal.aborted) return;
        // The session was given up with its lock: where this process cannot reach the destination, another one may.
        this.current = 'failing';
        this.lastFailure = 'outbox relay: the last attempt failed';
        this.options.logger.warn({ err: error, retryMs }, 'outbox relay failed, nothing is lost, it tries again');
        await this.pause(retryMs * (0.5 + Math.random() / 2));
        retryMs = Math.min(retryMs * 2, longestRetryMs);
      }
    }
  }

  /** One connection, from opening it to its end. */
  private async session(worked: () => void): Promise<void> {
    const client = new Client(clientConfig(this.settings));
    const lost = new AbortController();
    client.on('error', (error) => lost.abort(error));
    client.on('end', () => lost.abort(new Error('the connection to Postgres ended')));
    this.client = client;
    try {
      await client.connect();
      if (!(await this.becomeLeader(client))) return;
      this.memory.clear(); // another process may have relayed it since
      this.current = 'leading';
      this.options.logger.info({ schema: this.settings.schema }, 'outbox relay leads');
      while (!this.stopping.signal.aborted) {
        this.woken = false;
        const startedMs = performance.now();
        const relayed = await this.relayBatch(client, lost.signal);
        worked();
        if (relayed < this.batchSize) {
          await this.gather(relayed, performance.now() - startedMs);
          await this.idle(lost.signal);
        }
        lost.signal.throwIfAborted();
      }
    } finally {
      this.client = undefined;
      // Ending the session is what frees the lock; a server that vanished does not answer the farewell.
      await Promise.race([disconnect(client), sleep(farewellMs, undefined, { ref: false })]);
    }
  }

  /** Asks again and again rather than waiting inside Postgres: a waiting statement would hold back vacuum's horizon. */
  private async becomeLeader(client: Client): Promise<boolean> {
    while (!this.stopping.signal.aborted) {
      const answer = await client.query<{ won: boolean }>('select pg_try_advisory_lock($1, hashtext($2)) as won', [
        relayLockClass,
        this.settings.schema,
      ]);
      if (answer.rows[0]?.won === true) return true;
      this.current = 'standby';
      await this.pause(this.pollMs);
    }
    return false;
  }

  private async relayBatch(client: Client, lost: AbortSignal): Promise<number> {
    const rows = await this.read(client);
    if (rows.length === 0) return 0;
    const refused = await this.publish(rows, lost);
    for (const { id, reason } of refused) {
      const topic = rows.find((row) => row.id === id)?.topic;
      this.options.logger.error({ id, topic, reason }, 'an outbox record is refused for good: it is parked');
    }
    await parkRefused(client, refused);
    const ids = rows.map((row) => row.id);
    await client.query(`delete from ${outboxTable} where id = any($1::bigint[])`, [arrayOf(ids)]);
    this.memory.forget(ids);
    return rows.length;
  }

  /** The oldest records. Which they are, only the table knows; what is in them, this process may. */
  private async read(client: Client): Promise<AppendedRecord[]> {
    const owed = await client.query<{ id: string }>(`select id from ${outboxTable} order by id limit $1`, [
      this.batchSize,
    ]);
    const ids = owed.rows.map((row) => row.id);
    const others = ids.filter((id) => this.memory.get(id) === undefined);
    const read = new Map((await readContents(client, others)).map((record) => [record.id, record]));
    return ids.flatMap((id) => this.memory.get(id) ?? read.get(id) ?? []);
  }

  /** In order, halved as often as it takes to leave out what is refused for good. @returns those */
  private async publish(rows: readonly AppendedRecord[], lost: AbortSignal): Promise<RefusedRecord[]> {
    try {
      await this.options.publish(rows, lost);
      return [];
    } catch (error) {
      const reason = this.options.refusalOf(error);
      if (reason === null || lost.aborted) throw error;
      const [only, ...others] = rows;
      if (only !== undefined && others.length === 0) return [{ id: only.id, reason }];
      const middle = Math.ceil(rows.length / 2);
      return [...(await this.publish(rows.slice(0, middle), lost)), ...(await this.publish(rows.slice(middle), lost))];
    }
  }

  /**
   * A cycle costs a read, a publish and a delete, however few its records are. So a relay that keeps up rests for twice
   * as long as it has just worked: what is committed meanwhile leaves together. A record that comes after idleness does not wait.
   */
  private async gather(relayed: number, workedMs: number): Promise<void> {
    const ms = relayed > 0 ? Math.min(restPerWork * workedMs, this.gatherMs) : 0;
    if (ms > 0) await this.pause(ms);
  }

  private async idle(lost: AbortSignal): Promise<void> {
    if (this.woken || lost.aborted || this.stopping.signal.aborted) return;
    const onLost = (): void => this.endWait?.();
    lost.addEventListener('abort', onLost, { once: true });
    await this.waitForWake(this.pollMs);
    lost.removeEventListener('abort', onLost);
  }

  /** A pause that a wake does not shorten, so that a failing relay keeps its back-off; stop does. */
  private async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }

  private async waitForWake(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.endWait = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.endWait = undefined;
  }
}

async function readContents(client: Client, ids: readonly string[]): Promise<AppendedRecord[]> {
  if (ids.length === 0) return [];
  // As text: the driver would have bytes in hexadecimal.
  const { rows } = await client.query<AppendedRecord>(
    `select id, topic, key, convert_from(value, 'UTF8') as value, headers from ${outboxTable} where id = any($1::bigint[])`,
    [arrayOf(ids)],
  );
  return rows;
}

/** Postgres's own literal: the driver would look at every character for what has to be escaped. */
const arrayOf = (ids: readonly string[]) => `{${ids.join(',')}}`;

/** Ends the session, also in the middle of a statement; that statement rejects, and its owner reports it. */
async function disconnect(client: Client): Promise<void> {
  await client.end().catch(() => undefined); // a connection that fails to close politely is closed all the same
}
