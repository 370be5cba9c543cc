import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import kafkajs from 'kafkajs';
import { partitionOfKey } from './partition-of-key.js';

const partitions = (count: number) =>
  Array.from({ length: count }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 1,
    replicas: [1],
    isr: [1],
  }));

describe('the partition of a key', () => {
  const reference = kafkajs.Partitioners.DefaultPartitioner();
  const referenceOf = (key: Buffer | string, count: number) =>
    reference({ topic: 'any', partitionMetadata: partitions(count), message: { key, value: null } });

  it('is the one that the published test vectors of the Java client give', () => {
    // org.apache.kafka.common.utils.UtilsTest.testMurmur2: key → hash, here the hash's positive part.
    const everyPartition = 0x7fffffff;
    expect(partitionOfKey('21', everyPartition)).toBe((-973932308 & 0x7fffffff) % everyPartition);
    expect(partitionOfKey('foobar', everyPartition)).toBe((-790332482 & 0x7fffffff) % everyPartition);
    expect(partitionOfKey('a-little-bit-long-string', everyPartition)).toBe((-985981536 & 0x7fffffff) % everyPartition);
    expect(partitionOfKey('abc', everyPartition)).toBe(479470107);
  });

  it('is the one that kafkajs itself would choose, for any text and any bytes', () => {
    const keys = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 200 }), (key, count) => {
        expect(partitionOfKey(key, count)).toBe(referenceOf(key, count));
      }),
      { numRuns: 5000 },
    );
  });
});
