/** What an access token says of itself (amocrm-api.md §1.3), unverified: for display and for when to refresh, only. */
export interface TokenClaims {
  expiresAt?: Date;
}

/** The claims of a JWT; none for a token that is not one. Never throws: the token is the vendor's, its form may change. */
export function claimsOf(token: string): TokenClaims {
  const parts = token.split('.');
  const payload = parts[1];
  if (parts.length !== 3 || payload === undefined) return {};
  const claims = parseObject(Buffer.from(payload, 'base64url').toString('utf8'));
  const expiry = claims?.['exp'];
  // Year 9999: what is later is a mistake, and Postgres and Date would disagree about it.
  const latest = 253_402_300_799;
  if (typeof expiry !== 'number' || !(expiry > 0 && expiry <= latest)) return {};
  return { expiresAt: new Date(Math.floor(expiry) * 1000) };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
