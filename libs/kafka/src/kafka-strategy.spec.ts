import { describe, expect, it } from '@jest/globals';
import { KafkaStrategy } from './kafka-strategy.js';
import { consumesKey } from './consumes.js';
import { silentLogger } from './spec/support/cluster.js';

const extras = { [consumesKey]: { contract: undefined, tombstones: true } };
/** New for each test: Nest chains handlers of one topic through their own properties. */
const handler = () => () => Promise.resolve();

function strategy(tuning = {}): KafkaStrategy {
  return new KafkaStrategy({
    connection: { brokers: ['127.0.0.1:1'], clientId: 'spec' },
    groupId: 'g',
    logger: silentLogger,
    tuning,
    onCannotConsume: () => undefined,
  });
}

/** What listen() reports to Nest, which refuses to start on an error. */
function listen(one: KafkaStrategy): unknown {
  let reported: unknown;
  one.listen((error) => {
    reported = error;
  });
  return reported;
}

describe('a Kafka strategy refuses to start', () => {
  it('without any handler', () => {
    expect(String(listen(strategy()))).toContain('no method is marked with @Consumes');
  });

  it('with two handlers for one topic', () => {
    const one = strategy();
    one.addHandler('t', handler(), true, extras);
    one.addHandler('t', handler(), true, extras);
    expect(String(listen(one))).toContain('t: two handlers in one group');
  });

  it('with a handler that carries no contract', () => {
    const one = strategy();
    one.addHandler('t', handler(), true);
    expect(String(listen(one))).toContain('t: mark the handler with @Consumes');
  });

  it('with heartbeats that could not keep the session alive', () => {
    const one = strategy({ heartbeatIntervalMs: 5_000, sessionTimeoutMs: 6_000 });
    one.addHandler('t', handler(), true, extras);
    expect(String(listen(one))).toContain('heartbeatIntervalMs');
  });

  it('is unready until it has listened', () => {
    expect(strategy().readiness()).toEqual({ ready: false, reason: 'not started' });
  });
});
