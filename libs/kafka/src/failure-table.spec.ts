import { describe, expect, it } from '@jest/globals';
import { dispositionOf, protocolErrorType } from './failure-table.js';

const kafkaError = (type: string): Error => Object.assign(new Error(type), { type });

describe('what an error of Kafka means', () => {
  it.each([
    ['ILLEGAL_GENERATION', 'fenced'],
    ['UNKNOWN_MEMBER_ID', 'fenced'],
    ['MESSAGE_TOO_LARGE', 'too_large'],
    ['TOPIC_AUTHORIZATION_FAILED', 'refused'],
    ['NOT_LEADER_FOR_PARTITION', 'transient'],
  ] as const)('%s is %s, however deep it is wrapped', (type, disposition) => {
    const wrapped = new Error('outer', { cause: new Error('inner', { cause: kafkaError(type) }) });
    expect(dispositionOf(wrapped)).toBe(disposition);
  });

  it('takes what it does not know for transient', () => {
    expect(dispositionOf(new Error('socket hang up'))).toBe('transient');
    expect(dispositionOf('text')).toBe('transient');
    expect(protocolErrorType(undefined)).toBeUndefined();
  });

  it('ends on a circular cause', () => {
    const error = new Error('circular');
    error.cause = error;
    expect(dispositionOf(error)).toBe('transient');
  });
});
