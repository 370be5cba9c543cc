import { createHmac } from 'node:crypto';

/** What an access token says to whoever decodes it (§1.3). Times are Unix seconds. */
export interface AccessTokenClaims {
  /** The integration's `client_id`. */
  readonly aud: string;
  readonly jti: string;
  readonly iat: number;
  readonly nbf: number;
  readonly exp: number;
  /** The user who gave the consent. */
  readonly sub: string;
  readonly account_id: number;
  readonly base_domain: string;
  readonly scopes: readonly string[];
  /** Where to ask for the account's present address after it was renamed (§1.6). */
  readonly api_domain: string;
}

/** Shaped like a signed JWT. The vendor publishes no key, so nobody can check the signature and any will do. */
export function encodeAccessToken(claims: AccessTokenClaims): string {
  const header = base64Url({ typ: 'JWT', alg: 'HS256', jti: claims.jti });
  const signed = `${header}.${base64Url(claims)}`;
  return `${signed}.${createHmac('sha256', claims.jti).update(signed).digest('base64url')}`;
}

function base64Url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
