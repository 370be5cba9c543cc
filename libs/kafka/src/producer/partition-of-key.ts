/**
 * The partition that Kafka's own clients choose for a key: murmur2, as in the Java client's DefaultPartitioner, so that a
 * key stays where it was whoever produces it.
 *
 * kafkajs computes the same with BigInts that grow with the key: 4.3 µs per record with a key of 18 bytes, a twentieth of
 * all that call-ingest does for an event; this takes 0.1 µs (docs/measurements/ingest-profile.md).
 */
export function partitionOfKey(key: Buffer | string, partitionCount: number): number {
  return (murmur2(typeof key === 'string' ? Buffer.from(key) : key) & 0x7fffffff) % partitionCount;
}

const SEED = 0x9747b28c;
const MIX = 0x5bd1e995;

function murmur2(data: Buffer): number {
  const whole = data.length & ~3;
  let hash = SEED ^ data.length;
  for (let at = 0; at < whole; at += 4) {
    let word = Math.imul(data.readInt32LE(at), MIX);
    word = Math.imul(word ^ (word >>> 24), MIX);
    hash = Math.imul(hash, MIX) ^ word;
  }
  if (whole < data.length) {
    hash = Math.imul(hash ^ data.readUIntLE(whole, data.length - whole), MIX);
  }
  hash = Math.imul(hash ^ (hash >>> 13), MIX);
  return hash ^ (hash >>> 15);
}
