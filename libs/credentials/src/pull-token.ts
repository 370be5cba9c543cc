import { CredentialsError } from './errors.js';
import { type KeyRing } from './key-ring.js';

export interface PullTokenOwner {
  readonly accountId: string;
  readonly sourceId: string;
}

/**
 * A PBX vendor's API token as it travels in `settings.v1`: `keyId.base64`. The keys (`PBX_PULL_KEYS`) are held by
 * settings-api, which seals, and call-ingest, which opens; they open nothing else.
 */
export function sealPullToken(keys: KeyRing, token: string, owner: PullTokenOwner): string {
  const { keyId, bytes } = keys.seal(token, bindingOf(owner));
  return `${keyId}.${bytes.toString('base64')}`;
}

/** @throws CredentialsError `unknown_key` or `not_decryptable` */
export function openPullToken(keys: KeyRing, sealed: string, owner: PullTokenOwner): string {
  const dot = sealed.lastIndexOf('.');
  if (dot < 1) throw new CredentialsError('not_decryptable', `the pull token of ${owner.sourceId} is not sealed`);
  return keys.open(
    { keyId: sealed.slice(0, dot), bytes: Buffer.from(sealed.slice(dot + 1), 'base64') },
    bindingOf(owner),
  );
}

const bindingOf = ({ accountId, sourceId }: PullTokenOwner) =>
  ({ accountId, sourceId: sourceId.toLowerCase(), kind: 'pbx_pull' }) as const;
