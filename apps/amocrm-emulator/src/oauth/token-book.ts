import { type Clock } from '../clock.js';
import { type SeededRandom } from '../random.js';
import { type PortalSettings } from '../settings.js';
import { encodeAccessToken } from './access-token.js';
import { type Integration, type Scope } from './integration.js';

const CODE_LIVES_SEC = 20 * 60;
const ACCESS_LIVES_SEC = 86_400;
const REFRESH_LIVES_SEC = 90 * 86_400;
/** A refresh token that comes a second time so soon is taken for two workers that refresh at once (§12.1). */
const RACE_WINDOW_SEC = 5;

/** Who a token acts for (§1.5). */
export interface Grant {
  readonly integrationId: string;
  readonly userId: number;
  /** Given by an administrator: full access, also once that user is deactivated or deleted. */
  readonly byAdmin: boolean;
  readonly scopes: readonly Scope[];
}

/** What `Authorization: Bearer` may carry. */
export interface Token extends Grant {
  /** Shown in the request log instead of the secret. */
  readonly id: string;
  readonly secret: string;
  /** Unix seconds; null never expires. */
  readonly expiresAt: number | null;
}

export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresInSec: number;
}

/** Why the token endpoint gives no tokens: the vendor's `hint` and status. */
export interface OAuthRefusal {
  readonly status: 400 | 401;
  readonly hint: string;
}

interface Code {
  readonly grant: Grant;
  readonly issuedAt: number;
  state: 'live' | 'used';
}

interface Refresh {
  readonly grant: Grant;
  readonly issuedAt: number;
  readonly accessToken: string;
  state: 'live' | 'revoked' | { readonly spentAt: number; readonly successor: string };
}

/** What the book has to know of its portal. */
export interface TokenContext {
  readonly accountId: number;
  readonly apiDomain: () => string;
  readonly settings: PortalSettings;
  readonly clock: Clock;
  readonly random: SeededRandom;
}

/**
 * The tokens of one portal.
 *
 * A code: live → used, or dead after 20 minutes. A refresh token: live → spent by a refresh, which makes its successor →
 * or revoked with its integration, or by a race under the switch `refreshRace`. An access token lives a day and dies
 * with the refresh token it came with, unless the switch `tokenRotation` spares it.
 */
export class TokenBook {
  private readonly tokens = new Map<string, Token>();
  private readonly codes = new Map<string, Code>();
  private readonly refreshes = new Map<string, Refresh>();
  private nextId = 1;

  constructor(private readonly context: TokenContext) {}

  /** Another long-lived token (§1.4): of another integration, or of a user with fewer rights. */
  add(token: Token): void {
    this.tokens.set(token.secret, token);
  }

  /** The token behind a secret, unless it has expired or been revoked. */
  find(secret: string): Token | undefined {
    const token = this.tokens.get(secret);
    return token?.expiresAt != null && token.expiresAt <= this.nowSec() ? undefined : token;
  }

  ids(): string[] {
    return [...this.tokens.values()].map((token) => token.id);
  }

  /** From now on the token answers 401 (§1.7). */
  revoke(id: string): boolean {
    const token = [...this.tokens.values()].find((candidate) => candidate.id === id);
    return token !== undefined && this.tokens.delete(token.secret);
  }

  /** Every access token that ends by itself has ended: the next request of its owner begins with a refresh. */
  expireAccess(): void {
    const expiresAt = this.nowSec();
    for (const [secret, token] of this.tokens) {
      if (token.expiresAt !== null) this.tokens.set(secret, { ...token, expiresAt });
    }
  }

  /** An administrator switches the integration off: every token, refresh token and code of it dies (§1.3). */
  revokeIntegration(integrationId: string): void {
    for (const [secret, token] of this.tokens) if (token.integrationId === integrationId) this.tokens.delete(secret);
    for (const [code, { grant }] of this.codes) if (grant.integrationId === integrationId) this.codes.delete(code);
    for (const refresh of this.refreshes.values()) {
      if (refresh.grant.integrationId === integrationId) refresh.state = 'revoked';
    }
  }

  isConnected(integrationId: string): boolean {
    return [...this.tokens.values()].some((token) => token.integrationId === integrationId);
  }

  /** The code that the consent of this user is worth. */
  issueCode(integration: Integration, user: { readonly id: number; readonly is_admin: boolean }): string {
    const code = `def502${this.context.random.text(90, '0123456789abcdef')}`;
    const { clientId: integrationId, scopes } = integration;
    const grant = { integrationId, userId: user.id, byAdmin: user.is_admin, scopes };
    this.codes.set(code, { grant, issuedAt: this.nowSec(), state: 'live' });
    return code;
  }

  exchangeCode(integrationId: string, secret: string): TokenPair | OAuthRefusal {
    const code = this.codes.get(secret);
    if (code?.grant.integrationId !== integrationId)
      return { status: 400, hint: 'Cannot decrypt the authorization code' };
    if (code.state === 'used') return { status: 400, hint: 'Authorization code has been revoked' };
    if (code.issuedAt + CODE_LIVES_SEC <= this.nowSec()) {
      return { status: 400, hint: 'Authorization code has expired' };
    }
    code.state = 'used';
    return this.issuePair(code.grant);
  }

  refresh(integrationId: string, secret: string): TokenPair | OAuthRefusal {
    const used = this.refreshes.get(secret);
    if (used?.grant.integrationId !== integrationId) return { status: 401, hint: 'Cannot decrypt the refresh token' };
    if (typeof used.state === 'object') return this.refuseSecondUse(used.state);
    if (used.state === 'revoked') return REVOKED;
    if (used.issuedAt + REFRESH_LIVES_SEC <= this.nowSec()) return { status: 401, hint: 'Token has expired' };
    const pair = this.issuePair(used.grant);
    used.state = { spentAt: this.nowSec(), successor: pair.refreshToken };
    if (this.context.settings.tokenRotation === 'refresh_and_access') this.tokens.delete(used.accessToken);
    return pair;
  }

  /** Whether §1.6 may be asked with this refresh token. */
  isLiveRefresh(secret: string): boolean {
    const refresh = this.refreshes.get(secret);
    return refresh?.state === 'live' && refresh.issuedAt + REFRESH_LIVES_SEC > this.nowSec();
  }

  private refuseSecondUse(spent: { readonly spentAt: number; readonly successor: string }): OAuthRefusal {
    if (this.nowSec() - spent.spentAt >= RACE_WINDOW_SEC) return REVOKED;
    if (this.context.settings.refreshRace === 'first_wins') return { status: 400, hint: 'Token has been revoked' };
    const successor = this.refreshes.get(spent.successor);
    if (successor?.state === 'live') {
      successor.state = 'revoked';
      this.tokens.delete(successor.accessToken);
    }
    return REVOKED;
  }

  private issuePair(grant: Grant): TokenPair {
    const { accountId, apiDomain, random } = this.context;
    const now = this.nowSec();
    const id = `access-${this.nextId++}`;
    const accessToken = encodeAccessToken({
      aud: grant.integrationId,
      jti: random.text(80, '0123456789abcdef'),
      iat: now,
      nbf: now,
      exp: now + ACCESS_LIVES_SEC,
      sub: String(grant.userId),
      account_id: accountId,
      base_domain: 'amocrm.ru',
      scopes: grant.scopes,
      api_domain: apiDomain(),
    });
    const refreshToken = `def502${random.text(120, '0123456789abcdef')}`;
    this.tokens.set(accessToken, { ...grant, id, secret: accessToken, expiresAt: now + ACCESS_LIVES_SEC });
    this.refreshes.set(refreshToken, { grant, issuedAt: now, accessToken, state: 'live' });
    return { accessToken, refreshToken, expiresInSec: ACCESS_LIVES_SEC };
  }

  private nowSec(): number {
    return Math.floor(this.context.clock.nowMs() / 1000);
  }
}

const REVOKED: OAuthRefusal = { status: 401, hint: 'Token has been revoked' };
