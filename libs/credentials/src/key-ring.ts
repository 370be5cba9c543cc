import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { CredentialsError } from './errors.js';

const algorithm = 'aes-256-gcm';
const keyBytes = 32;
/** 96 random bits: the size GCM is made for; safe for 2^32 encryptions per key (NIST SP 800-38D §8.3). */
const nonceBytes = 12;
const tagBytes = 16;

/** A ciphertext and the key that opens it: nonce, tag and ciphertext one after the other. */
export interface Sealed {
  keyId: string;
  bytes: Buffer;
}

/** What a ciphertext is bound to: it opens for exactly these. */
export type Binding =
  | { accountId: string; portalId: string; kind: 'long_lived_access' | 'oauth_access' | 'oauth_refresh' }
  | { accountId: string; sourceId: string; kind: 'pbx_pull' };

/** The keys of `CREDENTIALS_KEYS`: the first encrypts, all decrypt, so a key can be replaced without a pause. */
export class KeyRing {
  private constructor(
    /** The id of the key that encrypts. */
    readonly primaryId: string,
    private readonly keys: ReadonlyMap<string, KeyObject>,
  ) {}

  /**
   * Reads `id:base64key,…` (interfaces.md). Ids are 1–32 of `A-Z a-z 0-9 . _ -`, keys 32 bytes.
   *
   * @throws CredentialsError `malformed_keys`, naming the entry by its place, never its content
   */
  static parse(text: string): KeyRing {
    const keys = new Map<string, KeyObject>();
    const entries = text
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
    entries.forEach((entry, index) => {
      const [, id, encoded] = /^([\w.-]{1,32}):([A-Za-z0-9+/]{43}=)$/u.exec(entry) ?? [];
      if (id === undefined || encoded === undefined) {
        throw new CredentialsError('malformed_keys', `key ${index + 1} is not id:key with 32 bytes in base64`);
      }
      if (keys.has(id)) throw new CredentialsError('malformed_keys', `key id "${id}" is there twice`);
      keys.set(id, createSecretKey(Buffer.from(encoded, 'base64')));
    });
    const [primaryId] = keys.keys();
    if (primaryId === undefined) throw new CredentialsError('malformed_keys', 'there is no key');
    return new KeyRing(primaryId, keys);
  }

  seal(plain: string, binding: Binding): Sealed {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, this.key(this.primaryId), nonce, { authTagLength: tagBytes });
    cipher.setAAD(associatedData(binding));
    const ciphertext = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return { keyId: this.primaryId, bytes: Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]) };
  }

  /** @throws CredentialsError `unknown_key` or `not_decryptable` */
  open({ keyId, bytes }: Sealed, binding: Binding): string {
    const key = this.key(keyId);
    const nonce = bytes.subarray(0, nonceBytes);
    const tag = bytes.subarray(nonceBytes, nonceBytes + tagBytes);
    try {
      const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
      decipher.setAAD(associatedData(binding));
      decipher.setAuthTag(tag);
      const plain = Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]);
      return plain.toString('utf8');
    } catch (cause) {
      throw new CredentialsError(
        'not_decryptable',
        `the ${binding.kind} token of ${ownerOf(binding)} does not open with key "${keyId}"`,
        { cause },
      );
    }
  }

  private key(id: string): KeyObject {
    const key = this.keys.get(id);
    if (!key) throw new CredentialsError('unknown_key', `CREDENTIALS_KEYS has no key "${id}"`);
    return key;
  }
}

/** JSON of a list: no two bindings share a text, whatever their ids contain. */
function associatedData(binding: Binding): Buffer {
  const { accountId, kind } = binding;
  return Buffer.from(JSON.stringify(['perezvon/credentials/1', accountId, ownerOf(binding), kind]), 'utf8');
}

/** The portal or the PBX source that the token belongs to. */
function ownerOf(binding: Binding): string {
  return binding.kind === 'pbx_pull' ? binding.sourceId : binding.portalId;
}

/** A fresh key in the form that `CREDENTIALS_KEYS` takes. */
export function newCredentialsKey(id: string): string {
  return `${id}:${randomBytes(keyBytes).toString('base64')}`;
}
