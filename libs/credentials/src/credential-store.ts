import { claimsOf, type Secret, type TokenPair } from '@perezvon/amocrm';
import { columns, inTransaction } from '@perezvon/postgres';
import { type DataSource } from 'typeorm';
import { CredentialsError } from './errors.js';
import { type Binding, type KeyRing } from './key-ring.js';
import {
  accessBinding,
  portalTokenOf,
  refreshBinding,
  tokenColumns,
  type PortalToken,
  type TokenRow,
} from './portal-token.js';

interface Row extends TokenRow {
  refresh_token: Buffer | null;
}

export interface TokenFacts {
  readonly kind: PortalToken['kind'];
  /** Null: unknown. */
  readonly expiresAt: Date | null;
}

const maxTokenLength = 16_384;
const rotationBatch = 100;

/**
 * Portal tokens in `credentials.portal_tokens`, encrypted. Names are written with their schema, so any data source of the
 * database serves: each service uses its own, with the rights of its own role.
 */
export class CredentialStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: KeyRing,
  ) {}

  /**
   * Stores a long-lived token (amocrm-api.md §1.4) in place of whatever the portal had.
   *
   * @param portalId UUID
   * @throws CredentialsError `malformed_token`, `portal_of_another_account`
   */
  async putLongLivedToken(portalId: string, accountId: string, token: string | Secret): Promise<void> {
    const plain = readToken(typeof token === 'string' ? token : token.reveal());
    const sealed = this.keys.seal(plain, { accountId, portalId: canonical(portalId), kind: 'long_lived_access' });
    const stored: unknown[] = await this.dataSource.query(
      `insert into credentials.portal_tokens as held
         (portal_id, account_id, kind, key_id, access_token, access_expires_at)
       values ($1, $2, 'long_lived', $3, $4, $5)
       on conflict (portal_id) do update set
         kind = excluded.kind, key_id = excluded.key_id,
         access_token = excluded.access_token, access_expires_at = excluded.access_expires_at,
         refresh_token = null, refresh_expires_at = null, refresh_started_at = null, api_domain = null,
         revision = held.revision + 1, updated_at = now()
       where held.account_id = excluded.account_id
       returning portal_id`,
      [canonical(portalId), accountId, sealed.keyId, sealed.bytes, claimsOf(plain).expiresAt ?? null],
    );
    if (stored.length === 0) throw ofAnotherAccount(portalId);
  }

  /**
   * Stores the pair that a person's consent gave, in place of whatever the portal had. A refresh of the pair before it
   * that is still on its way changes nothing any more.
   *
   * @param portalId UUID
   * @throws CredentialsError `portal_of_another_account`
   */
  async putOauthPair(portalId: string, accountId: string, pair: TokenPair): Promise<void> {
    const row = { account_id: accountId, portal_id: canonical(portalId), kind: 'oauth' } as const;
    const access = this.keys.seal(pair.accessToken.reveal(), accessBinding(row));
    const refresh = this.keys.seal(pair.refreshToken.reveal(), refreshBinding(row));
    const stored: unknown[] = await this.dataSource.query(
      `insert into credentials.portal_tokens as held
         (portal_id, account_id, kind, key_id, access_token, access_expires_at, refresh_token, refresh_expires_at)
       values ($1, $2, 'oauth', $3, $4, $5, $6, now() + interval '3 months')
       on conflict (portal_id) do update set
         kind = excluded.kind, key_id = excluded.key_id,
         access_token = excluded.access_token, access_expires_at = excluded.access_expires_at,
         refresh_token = excluded.refresh_token, refresh_expires_at = excluded.refresh_expires_at,
         refresh_started_at = null, revision = held.revision + 1, updated_at = now()
       where held.account_id = excluded.account_id
       returning portal_id`,
      [row.portal_id, accountId, access.keyId, access.bytes, pair.expiresAt, refresh.bytes],
    );
    if (stored.length === 0) throw ofAnotherAccount(portalId);
  }

  /**
   * The token to use now, or undefined if the portal has none.
   *
   * @throws CredentialsError `unknown_key`, `not_decryptable`
   */
  async token(portalId: string): Promise<PortalToken | undefined> {
    const rows: TokenRow[] = await this.dataSource.query(
      `select ${tokenColumns} from credentials.portal_tokens where portal_id = $1`,
      [portalId],
    );
    return rows.map((row) => portalTokenOf(row, this.keys)).at(0);
  }

  /** What is known of the portal's token without opening it, or undefined if it has none. */
  async about(portalId: string): Promise<TokenFacts | undefined> {
    const [row]: Pick<TokenRow, 'kind' | 'access_expires_at'>[] = await this.dataSource.query(
      'select kind, access_expires_at from credentials.portal_tokens where portal_id = $1',
      [portalId],
    );
    return row && { kind: row.kind, expiresAt: row.access_expires_at };
  }

  /** Deletes the portal's tokens; false if it had none. */
  async erase(portalId: string): Promise<boolean> {
    const gone: unknown[] = await this.dataSource.query(
      `with gone as (delete from credentials.portal_tokens where portal_id = $1 returning portal_id)
       select portal_id from gone`,
      [portalId],
    );
    return gone.length > 0;
  }

  /**
   * Encrypts with the first key what is still under another one. Afterwards the keys that {@link keysInUse} does not name
   * may leave `CREDENTIALS_KEYS`. May run while the services work, and again after it was cut short: 100 rows a
   * transaction, in the order of their ids.
   *
   * @returns how many rows were changed, and the portals whose row did not open: those stay as they are
   */
  async reencryptAll(): Promise<{ reencrypted: number; failedPortalIds: string[] }> {
    const total = { reencrypted: 0, failedPortalIds: new Array<string>() };
    let after: string | undefined = '00000000-0000-0000-0000-000000000000';
    while (after !== undefined) {
      const batch = await this.reencryptAfter(after);
      total.reencrypted += batch.reencrypted;
      total.failedPortalIds.push(...batch.failedPortalIds);
      after = batch.last;
    }
    return total;
  }

  /** How many portals' tokens each key holds. */
  async keysInUse(): Promise<Map<string, number>> {
    const rows: { key_id: string; portals: number }[] = await this.dataSource.query(
      'select key_id, count(*)::int as portals from credentials.portal_tokens group by key_id order by key_id',
    );
    return new Map(rows.map((row) => [row.key_id, row.portals]));
  }

  /** One transaction; the rows are locked, so a token that is stored meanwhile is not overwritten by its predecessor. */
  private async reencryptAfter(
    portalId: string,
  ): Promise<{ reencrypted: number; failedPortalIds: string[]; last: string | undefined }> {
    return inTransaction(this.dataSource, async (tx) => {
      const rows: Row[] = await tx.query(
        `select ${tokenColumns}, refresh_token from credentials.portal_tokens where key_id <> $1 and portal_id > $2
         order by portal_id limit $3 for update`,
        [this.keys.primaryId, portalId, rotationBatch],
      );
      const failedPortalIds: string[] = [];
      const renewed = rows.flatMap((row) => {
        try {
          return [this.resealed(row)];
        } catch (error) {
          if (!(error instanceof CredentialsError)) throw error;
          failedPortalIds.push(row.portal_id);
          return [];
        }
      });
      await tx.query(
        `update credentials.portal_tokens as held
         set key_id = $1, access_token = renewed.access_token, refresh_token = renewed.refresh_token
         from unnest($2::uuid[], $3::bytea[], $4::bytea[]) as renewed (portal_id, access_token, refresh_token)
         where held.portal_id = renewed.portal_id`,
        [
          this.keys.primaryId,
          ...columns(
            renewed,
            (row) => row.portalId,
            (row) => row.access,
            (row) => row.refresh,
          ),
        ],
      );
      return { reencrypted: renewed.length, failedPortalIds, last: rows.at(-1)?.portal_id };
    });
  }

  private resealed(row: Row): { portalId: string; access: Buffer; refresh: Buffer | null } {
    const renew = (bytes: Buffer, binding: Binding): Buffer =>
      this.keys.seal(this.keys.open({ keyId: row.key_id, bytes }, binding), binding).bytes;
    return {
      portalId: row.portal_id,
      access: renew(row.access_token, accessBinding(row)),
      refresh: row.refresh_token && renew(row.refresh_token, refreshBinding(row)),
    };
  }
}

/** As Postgres gives a UUID back, so that the binding is the same on both ways. */
function canonical(portalId: string): string {
  return portalId.toLowerCase();
}

/** A token as pasted, without the spaces and line ends around it. It becomes a header, so: visible ASCII only. */
export function readToken(pasted: string): string {
  const token = pasted.trim();
  if (token === '' || token.length > maxTokenLength || !/^[\x21-\x7e]+$/u.test(token)) {
    throw new CredentialsError('malformed_token', 'the token is empty, too long, or has characters that no token has');
  }
  return token;
}

function ofAnotherAccount(portalId: string): CredentialsError {
  return new CredentialsError('portal_of_another_account', `portal ${portalId} belongs to another account`);
}
