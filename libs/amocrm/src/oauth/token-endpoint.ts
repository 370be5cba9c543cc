import { z } from 'zod';
import { portalUrl } from '../portal-url.js';
import { writeOne } from '../one-write.js';
import { type RequestObserver } from '../request-observer.js';
import { Requester, type CallOptions } from '../requester.js';
import { type WriteResult } from '../result.js';
import { Transport, type Timeouts } from '../transport.js';
import { type Integration } from './integration.js';
import { Secret } from './secret.js';
import { claimsOf } from './token-claims.js';

/** What the token endpoint gave: the one before it is dead from here on (amocrm-api.md §1.3). */
export interface TokenPair {
  accessToken: Secret;
  refreshToken: Secret;
  /** By amoCRM's clock, where it told its time; a wrong clock of ours must not let a token run out unseen. */
  expiresAt: Date;
  /** Where the account answered: not where it was asked if its subdomain has been renamed (§1.6). */
  origin: string;
}

/** A grant ends like any write: `done`, or one row of the error table. */
export type GrantResult = WriteResult<TokenPair>;

export interface TokenEndpointOptions {
  integration: Integration;
  /** `AMOCRM_EXTRA_ORIGINS`, parsed by {@link parseExtraOrigins}. */
  extraOrigins?: readonly string[];
  /** Default 5 s to connect, 15 s in all (§1.1). */
  timeouts?: Partial<Timeouts>;
  onRequest?: RequestObserver;
}

const maxBodyBytes = 64 * 1024;

/** A token becomes a header: visible ASCII, and not without end. */
const token = z.string().regex(/^[\x21-\x7e]{1,16384}$/u);
const grantSchema = z.object({
  expires_in: z.number().int().positive().max(100_000_000),
  server_time: z.number().int().positive().max(100_000_000_000).nullish(),
  access_token: token,
  refresh_token: token,
});
const domainSchema = z.object({ domain: z.string() });

/**
 * The token endpoint of amoCRM accounts, which is at each account's own host.
 *
 * A refresh token works once, so a refresh is a write that cannot be looked at afterwards: `in_doubt` means that amoCRM
 * may hold a new pair which nobody will ever see. The caller keeps the lock (one refresh at a time per pair) and the old
 * pair; it may try the old one again once the first request cannot take effect any more. Refused then, somebody has to
 * give consent anew.
 */
export class TokenEndpoint {
  constructor(private readonly options: TokenEndpointOptions) {}

  /**
   * A pair for the code that the consent page gave.
   *
   * @param origin of the account, as {@link readConsent} gives it
   * @throws Error if `origin` is not an account's
   */
  exchangeCode(origin: string, code: string, call?: CallOptions): Promise<GrantResult> {
    return this.grant(origin, { grant_type: 'authorization_code', code }, call);
  }

  /**
   * The next pair. If the account does not answer where it was, it is looked for under a new subdomain and asked there,
   * once, as the vendor's own client does (§1.6).
   *
   * @throws Error if `origin` is not an account's
   */
  async refresh(
    origin: string,
    pair: { accessToken: Secret; refreshToken: Secret },
    call?: CallOptions,
  ): Promise<GrantResult> {
    const grant = { grant_type: 'refresh_token', refresh_token: pair.refreshToken.reveal() };
    const answer = await this.grant(origin, grant, call);
    if (!mayHaveMoved(answer)) return answer;
    const presentOrigin = await this.presentOrigin(pair, call);
    return presentOrigin === undefined || presentOrigin === origin ? answer : this.grant(presentOrigin, grant, call);
  }

  private async grant(origin: string, grant: object, call: CallOptions | undefined): Promise<GrantResult> {
    const { clientId, clientSecret, redirectUri } = this.options.integration;
    const path = '/oauth2/access_token';
    const body = {
      client_id: clientId,
      client_secret: clientSecret.reveal(),
      redirect_uri: redirectUri,
      ...grant,
    };
    const answer = await this.with(origin, (requester) =>
      writeOne(requester, { method: 'POST', route: path, path, body }, grantSchema, call),
    );
    if (answer.kind !== 'done') return answer;
    const { access_token, refresh_token, expires_in, server_time } = answer.value;
    return {
      ...answer,
      value: {
        accessToken: new Secret(access_token),
        refreshToken: new Secret(refresh_token),
        expiresAt: new Date(((server_time ?? Math.floor(Date.now() / 1000)) + expires_in) * 1000),
        origin: this.account(origin),
      },
    };
  }

  /** Undefined where the vendor does not say: the token has no such claim, or is as dead there as elsewhere. */
  private async presentOrigin(
    { accessToken, refreshToken }: { accessToken: Secret; refreshToken: Secret },
    call: CallOptions | undefined,
  ): Promise<string | undefined> {
    const apiDomain = portalUrl(claimsOf(accessToken.reveal()).apiDomain ?? '', this.options.extraOrigins);
    if (!apiDomain.ok) return undefined;
    const path = '/oauth2/account/current/subdomain';
    const headers = { 'X-Refresh-Token': refreshToken.reveal() };
    const answer = await this.with(apiDomain.origin, (requester) =>
      requester.request({ method: 'GET', route: path, path, headers }, call),
    );
    const account = answer.ok ? domainSchema.safeParse(answer.value) : undefined;
    if (!account?.success) return undefined;
    const present = portalUrl(account.data.domain, this.options.extraOrigins);
    return present.ok ? present.origin : undefined;
  }

  /** A connection for one request: there is one a day per account. */
  private async with<T>(origin: string, ask: (requester: Requester) => Promise<T>): Promise<T> {
    const transport = new Transport({
      origin: this.account(origin),
      timeouts: { connectMs: 5_000, firstByteMs: 15_000, totalMs: 15_000, ...this.options.timeouts },
      maxBodyBytes,
      maxIdleMs: 0,
    });
    const requester = new Requester({
      transport,
      token: undefined,
      pacer: undefined,
      onRequest: this.options.onRequest,
    });
    try {
      return await ask(requester);
    } finally {
      transport.close();
    }
  }

  private account(origin: string): string {
    const account = portalUrl(origin, this.options.extraOrigins);
    if (!account.ok) throw new Error(`not the address of an amoCRM account: ${account.reason}`);
    return account.origin;
  }
}

/** What the old host of a renamed account may say; none of it has used the refresh token up. */
function mayHaveMoved(answer: GrantResult): boolean {
  switch (answer.kind) {
    case 'rejected':
      return answer.reason === 'not_found';
    case 'stop_portal':
      return (
        answer.reason === 'unauthorised' || answer.reason === 'account_not_found' || answer.reason === 'redirected'
      );
    case 'done':
    case 'retry':
    case 'in_doubt':
      return false;
  }
}
