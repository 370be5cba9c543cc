import { randomBytes } from 'node:crypto';
import { NotFoundException } from '@nestjs/common';
import { isSameSecret } from '@perezvon/service';
import { type DataSource } from 'typeorm';
import { type AccountChanges } from '../accounts/account-changes.js';
import { timeOrderedUuid } from '../ids.js';
import { tooMany } from '../http/limits.js';
import { hashOfKey, type Principal } from './access.js';

export interface ApiKeyView {
  readonly keyId: string;
  readonly name: string;
  readonly role: 'account_admin';
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

const maxKeysPerAccount = 100;

/** Keys of accounts, hashed; and the platform's first one, which is only in the environment. */
export class ApiKeys {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: AccountChanges,
    private readonly bootstrapKey: string | undefined,
  ) {}

  /** Who holds this key; undefined: nobody. */
  async principalOf(key: string): Promise<Principal | undefined> {
    if (this.bootstrapKey !== undefined && isSameSecret(key, this.bootstrapKey)) return { role: 'platform_admin' };
    const rows: { account_id: string }[] = await this.dataSource.query(
      `select key.account_id from api_keys key join accounts using (account_id)
        where key.key_hash = $1 and accounts.deleted_at is null`,
      [hashOfKey(key)],
    );
    const [row] = rows;
    if (row === undefined) return undefined;
    // Once a minute at most: reading settings must not become writing.
    await this.dataSource.query(
      `update api_keys set last_used_at = now()
        where key_hash = $1 and (last_used_at is null or last_used_at < now() - interval '1 minute')`,
      [hashOfKey(key)],
    );
    return { role: 'account_admin', accountId: row.account_id };
  }

  /** @returns the key itself, this once */
  async create(accountId: string, name: string): Promise<{ keyId: string; key: string }> {
    const keyId = timeOrderedUuid();
    const key = `pz_${randomBytes(32).toString('base64url')}`;
    await this.changes.locked(accountId, async (tx) => {
      const rows: { n: number }[] = await tx.query('select count(*)::int as n from api_keys where account_id = $1', [
        accountId,
      ]);
      if ((rows[0]?.n ?? 0) >= maxKeysPerAccount) throw tooMany(maxKeysPerAccount);
      await tx.query(
        `insert into api_keys (key_id, account_id, name, role, key_hash) values ($1, $2, $3, 'account_admin', $4)`,
        [keyId, accountId, name, hashOfKey(key)],
      );
    });
    return { keyId, key };
  }

  async list(accountId: string): Promise<ApiKeyView[]> {
    await this.changes.requireAccount(accountId);
    return this.dataSource.query(
      `select key_id as "keyId", name, role, created_at as "createdAt", last_used_at as "lastUsedAt"
         from api_keys where account_id = $1 order by key_id`,
      [accountId],
    );
  }

  async remove(accountId: string, keyId: string): Promise<void> {
    await this.changes.locked(accountId, async (tx) => {
      const deleted: [unknown, number] = await tx.query('delete from api_keys where account_id = $1 and key_id = $2', [
        accountId,
        keyId,
      ]);
      if (deleted[1] === 0) throw new NotFoundException();
    });
  }
}
