import { Secret, type TokenPair } from '@perezvon/amocrm';
import { type DataSource } from 'typeorm';
import { type KeyRing } from './key-ring.js';
import {
  accessBinding,
  portalTokenOf,
  refreshBinding,
  tokenColumns,
  type PortalToken,
  type TokenRow,
} from './portal-token.js';

/** Why amoCRM takes a pair no more: it was revoked (or is too old), or its successor's answer never reached us. */
export type ConsentReason = 'revoked' | 'answer_lost';

/** A portal's token with what the decision to renew it needs; times by Postgres's clock. */
export interface HeldToken {
  token: PortalToken;
  /** Until the access token expires; negative afterwards. */
  remainingMs: number;
  /** From storing the pair to its expiry. */
  wholeMs: number;
  refusal: { reason: ConsentReason; since: Date; isRecent: boolean } | undefined;
}

/** The right to use one refresh token, until it is released, settled, or older than the claim's time. */
export interface Claim {
  portalId: string;
  accountId: string;
  revision: string;
  accessToken: Secret;
  refreshToken: Secret;
  /** Set by a refresh before this one whose end nobody recorded. */
  lostAnswerSince: Date | null;
}

/**
 * The statements of a refresh. Each write names the revision that it started from: what somebody else has stored since
 * is never touched.
 */
export class PairRows {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: KeyRing,
  ) {}

  /** @param refusalHoldsMs for how long a refusal is not asked about again */
  async read(portalId: string, refusalHoldsMs: number): Promise<HeldToken | undefined> {
    const rows: (TokenRow & {
      remaining_ms: number | null;
      whole_ms: number | null;
      refusal: ConsentReason | null;
      refused_at: Date;
      is_recent: boolean;
    })[] = await this.dataSource.query(
      `select ${tokenColumns},
              (extract(epoch from access_expires_at - clock_timestamp()) * 1000)::float8 as remaining_ms,
              (extract(epoch from access_expires_at - updated_at) * 1000)::float8 as whole_ms,
              case when refused_revision = revision then refusal end as refusal, refused_at,
              refused_at > clock_timestamp() - $2 * interval '1 millisecond' as is_recent
         from credentials.portal_tokens where portal_id = $1`,
      [portalId, refusalHoldsMs],
    );
    const [row] = rows;
    if (!row) return undefined;
    return {
      token: portalTokenOf(row, this.keys),
      remainingMs: row.remaining_ms ?? Number.POSITIVE_INFINITY,
      wholeMs: row.whole_ms ?? 0,
      refusal:
        row.refusal === null ? undefined : { reason: row.refusal, since: row.refused_at, isRecent: row.is_recent },
    };
  }

  /** Undefined if somebody else holds the claim, or the pair has been replaced. Committed before it returns. */
  async claim(portalId: string, revision: number, claimMs: number): Promise<Claim | undefined> {
    const [rows]: [(TokenRow & { refresh_token: Buffer; lost_answer_since: Date | null })[], number] =
      await this.dataSource.query(
        `update credentials.portal_tokens as held
            set refresh_started_at = clock_timestamp()
           from (select portal_id, refresh_started_at as lost_answer_since
                   from credentials.portal_tokens
                  where portal_id = $1 and revision = $2 and kind = 'oauth' for update) as before
          where held.portal_id = before.portal_id
            and (before.lost_answer_since is null
                 or before.lost_answer_since <= clock_timestamp() - $3 * interval '1 millisecond')
         returning ${tokenColumns
           .split(', ')
           .map((column) => `held.${column}`)
           .join(', ')}, held.refresh_token, before.lost_answer_since`,
        [portalId, revision, claimMs],
      );
    const [row] = rows;
    if (!row) return undefined;
    return {
      portalId: row.portal_id,
      accountId: row.account_id,
      revision: row.revision,
      accessToken: portalTokenOf(row, this.keys).accessToken,
      refreshToken: new Secret(this.keys.open({ keyId: row.key_id, bytes: row.refresh_token }, refreshBinding(row))),
      lostAnswerSince: row.lost_answer_since,
    };
  }

  /** The refresh token was surely not used: it may be tried again. */
  async release(claim: Claim): Promise<void> {
    await this.dataSource.query(
      `update credentials.portal_tokens set refresh_started_at = $3 where portal_id = $1 and revision = $2`,
      [claim.portalId, claim.revision, claim.lostAnswerSince],
    );
  }

  /** The refresh token is dead. The first refusal's reason and time stay: later ones are told the same by amoCRM. */
  async refuse(claim: Claim): Promise<void> {
    await this.dataSource.query(
      `update credentials.portal_tokens
          set refresh_started_at = null, refused_at = clock_timestamp(), refused_revision = revision,
              refusal = case when refused_revision = revision then refusal else $3 end
        where portal_id = $1 and revision = $2`,
      [claim.portalId, claim.revision, claim.lostAnswerSince ? 'answer_lost' : 'revoked'],
    );
  }

  /** The next pair in place of the one claimed. Repeatable: once it stands, a repeat changes nothing. */
  async replace(claim: Claim, pair: TokenPair): Promise<void> {
    const row = { portal_id: claim.portalId, account_id: claim.accountId, kind: 'oauth' } as const;
    const access = this.keys.seal(pair.accessToken.reveal(), accessBinding(row));
    const refresh = this.keys.seal(pair.refreshToken.reveal(), refreshBinding(row));
    await this.dataSource.query(
      `update credentials.portal_tokens
          set key_id = $3, access_token = $4, access_expires_at = $5,
              refresh_token = $6, refresh_expires_at = now() + interval '3 months', refresh_started_at = null,
              revision = revision + 1, updated_at = now()
        where portal_id = $1 and revision = $2`,
      [claim.portalId, claim.revision, access.keyId, access.bytes, pair.expiresAt, refresh.bytes],
    );
  }
}
