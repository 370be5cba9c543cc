import { createHmac, timingSafeEqual } from 'node:crypto';

/** How far `X-Timestamp` may be from our clock; a replayed old signature is refused by it. */
export const SIGNATURE_WINDOW_SEC = 300;

export interface SignedRequest {
  /** `X-Timestamp`: Unix time in whole seconds. */
  readonly timestamp: string | undefined;
  /** `X-Signature`: `sha256=` and 64 hex digits. */
  readonly signature: string | undefined;
  readonly body: Buffer;
}

/**
 * HMAC-SHA256 over `timestamp.body` with the source's key: the hex SHA-256 of the secret that was shown once, so that no
 * topic and no table of ours carries the secret (docs/decisions/0002).
 */
export function isSignedBy(keyHex: string, { timestamp, signature, body }: SignedRequest, nowMs: number): boolean {
  const expected = createHmac('sha256', keyHex)
    .update(`${timestamp ?? ''}.`)
    .update(body)
    .digest();
  const given = /^sha256=([0-9a-f]{64})$/i.exec(signature ?? '')?.[1];
  // Compared also when the header is malformed, so that the time taken tells nothing about it.
  const isSame = timingSafeEqual(expected, Buffer.from(given ?? '0'.repeat(64), 'hex')) && given !== undefined;
  return isSame && isRecent(timestamp, nowMs);
}

function isRecent(timestamp: string | undefined, nowMs: number): boolean {
  if (timestamp === undefined || !/^\d{9,11}$/.test(timestamp)) return false;
  return Math.abs(nowMs / 1000 - Number(timestamp)) <= SIGNATURE_WINDOW_SEC;
}
