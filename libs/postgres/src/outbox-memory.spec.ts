import { describe, expect, it } from '@jest/globals';
import { OutboxMemory } from './outbox-memory.js';

const records = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: String(from + i), topic: 't', key: 'k', value: String(from + i) }));

describe('the memory of an outbox', () => {
  it('gives a record until it is relayed', () => {
    const memory = new OutboxMemory();
    memory.keep(records(1, 2));
    memory.forget(['1']);
    expect([memory.get('1'), memory.get('2')?.value]).toEqual([undefined, '2']);
    memory.clear();
    expect(memory.get('2')).toBeUndefined();
  });

  it('forgets the oldest of too many', () => {
    const memory = new OutboxMemory();
    memory.keep(records(1, 6_000));
    memory.keep(records(6_001, 6_000));
    expect([memory.get('2000'), memory.get('2001')?.value, memory.get('12000')?.value]).toEqual([
      undefined,
      '2001',
      '12000',
    ]);
  });
});
