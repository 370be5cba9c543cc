import { createHash, createHmac, randomBytes } from 'node:crypto';

/** What a key or a session is known by: 256 random bits in characters that need no quoting anywhere. */
export function newToken(prefix = ''): string {
  return prefix + randomBytes(32).toString('base64url');
}

/** How tokens are stored. They are 256 random bits, so a plain hash is as good as a slow one. */
export function hashOfToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/**
 * What the page must send with each change: it follows from the session's token, which another site's script can neither
 * read nor set, so nothing has to be stored for it.
 */
export function csrfTokenOf(sessionToken: string): string {
  return createHmac('sha256', sessionToken).update('csrf').digest('base64url');
}
