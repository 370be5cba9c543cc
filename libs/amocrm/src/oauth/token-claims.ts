/**
 * What an access token says of itself (amocrm-api.md §1.3), unverified: for display, for when to refresh and for where to
 * ask after a renamed account, only.
 */
export interface TokenClaims {
  expiresAt?: Date;
  /** Where amoCRM tells an account's present address, such as `api-b.amocrm.ru` (§1.6). */
  apiDomain?: string;
}

/** Year 9999: what is later is a mistake, and Postgres and Date would disagree about it. */
const latestExpiry = 253_402_300_799;

/** The claims of a JWT; none for a token that is not one. Never throws: the token is the vendor's, its form may change. */
export function claimsOf(token: string): TokenClaims {
  const parts = token.split('.');
  const payload = parts[1];
  if (parts.length !== 3 || payload === undefined) return {};
  const claims = parseObject(Buffer.from(payload, 'base64url').toString('utf8'));
  const expiry = claims?.['exp'];
  const apiDomain = claims?.['api_domain'];
  return {
    ...(typeof expiry === 'number' && expiry > 0 && expiry <= latestExpiry
      ? { expiresAt: new Date(Math.floor(expiry) * 1000) }
      : {}),
    ...(typeof apiDomain === 'string' && apiDomain !== '' ? { apiDomain } : {}),
  };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
