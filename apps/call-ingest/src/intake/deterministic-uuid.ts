import { createHash } from 'node:crypto';

/** Our namespace for UUID v5 (RFC 9562 §5.5), so that a repeat gets the same id. */
const namespace = Buffer.from('6f0a8f5c1f6b4b0e9d0c7a4b8e2d3f10', 'hex');

export function deterministicUuid(...parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha1').update(namespace);
  for (const part of parts) hash.update(part).update('\0');
  const bytes = hash.digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
