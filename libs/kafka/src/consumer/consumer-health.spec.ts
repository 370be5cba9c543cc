import { describe, expect, it } from '@jest/globals';
import { ConsumerHealth } from './consumer-health.js';

describe('the health of a consumer', () => {
  let nowMs = 0;
  const health = (): ConsumerHealth => {
    nowMs = 0;
    return new ConsumerHealth(30_000, () => nowMs);
  };

  it('is unready until the group was joined', () => {
    const one = health();
    nowMs = 500;
    expect(one.readiness([])).toEqual({ ready: false, reason: 'not joined yet' });
    expect(one.unreadyForMs()).toBe(500);
    one.alive();
    expect(one.readiness([])).toEqual({ ready: true });
    expect(one.unreadyForMs()).toBe(0);
  });

  it('is unready after a session without heartbeats, and counts from there', () => {
    const one = health();
    one.alive();
    nowMs = 30_000;
    expect(one.readiness([]).ready).toBe(true);
    nowMs = 30_001;
    expect(one.readiness([])).toEqual({ ready: false, reason: 'no heartbeat for 30001 ms' });
    nowMs = 31_001;
    expect(one.unreadyForMs()).toBe(1_000);
    one.alive();
    expect(one.readiness([]).ready).toBe(true);
  });

  it('is unready from a failure until the next sign of life', () => {
    const one = health();
    one.alive();
    one.failed('the broker is away');
    expect(one.readiness([])).toEqual({ ready: false, reason: 'the broker is away' });
    one.alive();
    expect(one.readiness([]).ready).toBe(true);
  });

  it('is unready while handlers hang', () => {
    const one = health();
    one.alive();
    expect(one.readiness(['calls.v1/3'])).toEqual({ ready: false, reason: 'handlers hang: calls.v1/3' });
    expect(one.readiness([]).ready).toBe(true);
  });
});
