import { Secret } from '@perezvon/amocrm';
import { type Binding, type KeyRing } from './key-ring.js';

/** What authorises a request to a portal. */
export interface PortalToken {
  accountId: string;
  kind: 'long_lived' | 'oauth';
  accessToken: Secret;
  /** As the token itself says (unverified), or as the token endpoint said. Absent: unknown. */
  expiresAt?: Date;
  /** Grows with each change: a reader that keeps a token in memory can tell that it is another one. */
  revision: number;
}

/** The columns that {@link portalTokenOf} reads. */
export interface TokenRow {
  portal_id: string;
  account_id: string;
  kind: 'long_lived' | 'oauth';
  key_id: string;
  access_token: Buffer;
  access_expires_at: Date | null;
  /** bigint comes as text. */
  revision: string;
}

export const tokenColumns = 'portal_id, account_id, kind, key_id, access_token, access_expires_at, revision';

/** @throws CredentialsError `unknown_key`, `not_decryptable` */
export function portalTokenOf(row: TokenRow, keys: KeyRing): PortalToken {
  const plain = keys.open({ keyId: row.key_id, bytes: row.access_token }, accessBinding(row));
  return {
    accountId: row.account_id,
    kind: row.kind,
    accessToken: new Secret(plain),
    ...(row.access_expires_at ? { expiresAt: row.access_expires_at } : {}),
    revision: Number(row.revision),
  };
}

export function accessBinding(row: Pick<TokenRow, 'account_id' | 'portal_id' | 'kind'>): Binding {
  return {
    accountId: row.account_id,
    portalId: row.portal_id,
    kind: row.kind === 'oauth' ? 'oauth_access' : 'long_lived_access',
  };
}

export function refreshBinding(row: Pick<TokenRow, 'account_id' | 'portal_id'>): Binding {
  return { accountId: row.account_id, portalId: row.portal_id, kind: 'oauth_refresh' };
}
