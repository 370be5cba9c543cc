import { NotFoundException } from '@nestjs/common';
import { type Settings, settings } from '@perezvon/contracts';
import { inTransaction, Outbox } from '@perezvon/postgres';
import { type Logger } from '@perezvon/service';
import { type DataSource, type EntityManager } from 'typeorm';
import { writeDown } from '../audit/audit-log.js';
import { type ChangeName } from '../audit/change-names.js';
import { publishable } from '../publishing/publishable.js';
import { settingsDocument } from '../publishing/settings-document.js';

/** What relays the outbox; told as soon as there is something to relay. */
export interface Wakeable {
  wake(): void;
}

/**
 * The one way to change what belongs to an account. Changes of one account exclude each other by the lock on its row;
 * each gives the account its next version and puts the complete `settings.v1` document into the outbox, in the same
 * transaction: what is saved is published, in the order of its versions, and what is not saved never is.
 */
export class AccountChanges {
  private readonly outbox = new Outbox();

  constructor(
    private readonly dataSource: DataSource,
    private readonly relay: Wakeable,
    private readonly logger: Logger,
  ) {}

  /**
   * @throws NotFoundException when there is no such account
   * @throws Problem 422 when its settings would be larger than a message may be; nothing is saved then
   */
  async change<Result>(
    accountId: string,
    change: ChangeName,
    work: (tx: EntityManager) => Promise<Result>,
  ): Promise<Result> {
    const { result, version } = await inTransaction(this.dataSource, async (tx) => {
      const before = await settingsDocument(tx, await lock(tx, accountId));
      const done = await work(tx);
      const after = await this.publish(tx, accountId);
      await writeDown(tx, { accountId, change, before, after });
      return { result: done, version: after.version };
    });
    this.relay.wake();
    this.logger.info({ accountId, version }, change);
    return result;
  }

  /**
   * Under the account's lock, for what is not part of `settings.v1`.
   *
   * @param subject whom or what it is done to, for the audit
   */
  async changeAside<Result>(
    accountId: string,
    change: ChangeName,
    work: (tx: EntityManager) => Promise<{ readonly result: Result; readonly subject: string }>,
  ): Promise<Result> {
    const result = await inTransaction(this.dataSource, async (tx) => {
      await lock(tx, accountId);
      const { result: done, subject } = await work(tx);
      await writeDown(tx, { accountId, change, subject });
      return done;
    });
    this.logger.info({ accountId }, change);
    return result;
  }

  /** @throws NotFoundException when there is no such account */
  async requireAccount(accountId: string): Promise<void> {
    const rows: unknown[] = await this.dataSource.query(
      'select 1 from accounts where account_id = $1 and deleted_at is null',
      [accountId],
    );
    if (rows.length === 0) throw new NotFoundException();
  }

  /** Makes the account; false if there is one of this id. One that was deleted goes on with its next version. */
  async create(accountId: string, name: string): Promise<boolean> {
    const isNew = await inTransaction(this.dataSource, async (tx) => {
      const rows: unknown[] = await tx.query(
        `insert into accounts as known (account_id, name) values ($1, $2)
         on conflict (account_id) do update
           set name = excluded.name, created_at = now(), updated_at = now(), deleted_at = null
         where known.deleted_at is not null
         returning account_id`,
        [accountId, name],
      );
      if (rows.length === 0) return false;
      await this.publish(tx, accountId);
      await writeDown(tx, { accountId, change: 'account_created' });
      return true;
    });
    if (!isNew) return false;
    this.relay.wake();
    this.logger.info({ accountId }, 'account created');
    return true;
  }

  /**
   * Deletes the account with all that belongs to it and publishes a tombstone. Its portals stay behind, invisible, until
   * their tokens are erased (see `TokenEraser`); its row keeps nothing but id and version.
   */
  async remove(accountId: string): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      await lock(tx, accountId);
      for (const table of ['api_keys', 'users', 'pbx_sources', 'documents', 'audit']) {
        await tx.query(`delete from ${table} where account_id = $1`, [accountId]);
      }
      await tx.query(
        `update portals set deleted_at = now(), name = null, credentials_revision = null
          where account_id = $1 and deleted_at is null`,
        [accountId],
      );
      await tx.query(
        `update accounts set name = '', version = version + 1, updated_at = now(), deleted_at = now(),
                journal_retention_days = null
          where account_id = $1`,
        [accountId],
      );
      await this.outbox.append(tx, [{ topic: settings.topic, key: accountId, value: null }]);
    });
    this.relay.wake();
    this.logger.info({ accountId }, 'account deleted');
  }

  private async publish(tx: EntityManager, accountId: string): Promise<Settings> {
    const [rows]: [{ name: string; version: string; updated_at: Date }[], number] = await tx.query(
      `update accounts set version = version + 1, updated_at = now() where account_id = $1
       returning name, version, updated_at`,
      [accountId],
    );
    const [row] = rows;
    if (row === undefined) throw new Error('the locked account is gone');
    const version = Number(row.version);
    const document = await settingsDocument(tx, { accountId, name: row.name, version, updatedAt: row.updated_at });
    await this.outbox.append(tx, [
      { topic: settings.topic, key: settings.key(document), value: publishable(document) },
    ]);
    return document;
  }
}

/** Under the lock: what the account is called and which version it has. */
async function lock(
  tx: EntityManager,
  accountId: string,
): Promise<{ accountId: string; name: string; version: number; updatedAt: Date }> {
  const rows: { name: string; version: string; updated_at: Date }[] = await tx.query(
    'select name, version, updated_at from accounts where account_id = $1 and deleted_at is null for update',
    [accountId],
  );
  if (rows[0] === undefined) throw new NotFoundException();
  return { accountId, name: rows[0].name, version: Number(rows[0].version), updatedAt: rows[0].updated_at };
}
