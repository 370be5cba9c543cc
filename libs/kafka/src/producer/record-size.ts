import { type Message } from 'kafkajs';

/** Lengths, offset and time deltas of one record, at their longest (varints); a header's two lengths likewise. */
const RECORD_OVERHEAD_BYTES = 32;
const HEADER_OVERHEAD_BYTES = 8;

/** Upper bound of what a record takes in an uncompressed batch. */
export function recordBytes(message: Message): number {
  let bytes = RECORD_OVERHEAD_BYTES + sizeOf(message.key ?? null) + sizeOf(message.value);
  for (const [name, value] of Object.entries(message.headers ?? {})) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) {
      bytes += HEADER_OVERHEAD_BYTES + Buffer.byteLength(name) + sizeOf(one);
    }
  }
  return bytes;
}

function sizeOf(value: Buffer | string | null): number {
  if (value === null) return 0;
  return typeof value === 'string' ? Buffer.byteLength(value) : value.length;
}
