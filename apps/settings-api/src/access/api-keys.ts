import { NotFoundException } from '@nestjs/common';
import { isSameSecret } from '@perezvon/service';
import { type DataSource } from 'typeorm';
import { type AccountChanges } from '../accounts/account-changes.js';
import { timeOrderedUuid } from '../ids.js';
import { tooMany } from '../http/limits.js';
import { type AccountRole, type Principal } from './access.js';
import { hashOfToken, newToken } from './secret-token.js';

export interface ApiKeyView {
  readonly keyId: string;
  readonly name: string;
  readonly role: AccountRole;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

const columnsOfView = `key_id as "keyId", name, role, created_at as "createdAt", last_used_at as "lastUsedAt"`;

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
    if (this.bootstrapKey !== undefined && isSameSecret(key, this.bootstrapKey)) {
      const actor = { kind: 'platform_key', id: null, name: 'BOOTSTRAP_API_KEY' } as const;
      return { role: 'platform_admin', accountId: null, actor };
    }
    const rows: { key_id: string; account_id: string; role: AccountRole; name: string }[] = await this.dataSource.query(
      `select key.key_id, key.account_id, key.role, key.name from api_keys key join accounts using (account_id)
        where key.key_hash = $1 and accounts.deleted_at is null`,
      [hashOfToken(key)],
    );
    const [row] = rows;
    if (row === undefined) return undefined;
    // Once a minute at most: reading settings must not become writing.
    await this.dataSource.query(
      `update api_keys set last_used_at = now()
        where key_hash = $1 and (last_used_at is null or last_used_at < now() - interval '1 minute')`,
      [hashOfToken(key)],
    );
    const { key_id: id, account_id: accountId, role, name } = row;
    return { role, accountId, actor: { kind: 'api_key', id, name } };
  }

  /** @returns the key itself, this once */
  async create(accountId: string, name: string, role: AccountRole): Promise<{ keyId: string; key: string }> {
    const keyId = timeOrderedUuid();
    const key = newToken('pz_');
    return this.changes.changeAside(accountId, 'key_added', async (tx) => {
      const rows: { n: number }[] = await tx.query('select count(*)::int as n from api_keys where account_id = $1', [
        accountId,
      ]);
      if ((rows[0]?.n ?? 0) >= maxKeysPerAccount) throw tooMany(maxKeysPerAccount);
      await tx.query('insert into api_keys (key_id, account_id, name, role, key_hash) values ($1, $2, $3, $4, $5)', [
        keyId,
        accountId,
        name,
        role,
        hashOfToken(key),
      ]);
      return { result: { keyId, key }, subject: name };
    });
  }

  async list(accountId: string): Promise<ApiKeyView[]> {
    await this.changes.requireAccount(accountId);
    return this.dataSource.query(`select ${columnsOfView} from api_keys where account_id = $1 order by key_id`, [
      accountId,
    ]);
  }

  /** Absent fields stay as they are. */
  edit(accountId: string, keyId: string, change: { name?: string; role?: AccountRole }): Promise<ApiKeyView> {
    return this.changes.changeAside(accountId, 'key_changed', async (tx) => {
      const [rows]: [ApiKeyView[], number] = await tx.query(
        `update api_keys set name = coalesce($3, name), role = coalesce($4, role)
          where account_id = $1 and key_id = $2 returning ${columnsOfView}`,
        [accountId, keyId, change.name ?? null, change.role ?? null],
      );
      if (rows[0] === undefined) throw new NotFoundException();
      return { result: rows[0], subject: rows[0].name };
    });
  }

  async remove(accountId: string, keyId: string): Promise<void> {
    await this.changes.changeAside(accountId, 'key_deleted', async (tx) => {
      const [rows]: [{ name: string }[], number] = await tx.query(
        'delete from api_keys where account_id = $1 and key_id = $2 returning name',
        [accountId, keyId],
      );
      if (rows[0] === undefined) throw new NotFoundException();
      return { result: undefined, subject: rows[0].name };
    });
  }
}
