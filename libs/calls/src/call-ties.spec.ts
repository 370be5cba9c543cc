import { describe, expect, it } from '@jest/globals';
import type { CallClient, CallEvent } from '@perezvon/contracts';
import { isOneCall, linkedIdsOf } from './call-ties.js';
import { callOf, event, started, VIRTUAL } from './testing/given.js';

const numbered = (e164: string): CallClient => ({ raw: e164.slice(1), e164, kind: 'e164' });
const OTHER = numbered('+79031112233');
const SHORT: CallClient = { raw: '101', e164: null, kind: 'short' };
const HIDDEN: CallClient = { raw: 'anonymous', e164: null, kind: 'hidden' };

describe('a call that another one names', () => {
  const second = (more: Partial<CallEvent>) => callOf(event('leg.ringing', 20, { call_id: 'second', ...more }));
  const named = callOf(started({ linked_call_ids: ['second'] }));
  const transferred = callOf(started(), event('call.transferred', 20, { linked_call_ids: ['second'] }));

  it.each<[string, Partial<CallEvent>, boolean, boolean]>([
    ['of the same client', {}, true, true],
    ['of another client who called', { client: OTHER }, false, false],
    ['towards an outside number', { client: OTHER, direction: 'out' }, false, true],
    ['between colleagues', { client: SHORT, direction: 'internal' }, false, true],
    ['of nobody', { client: HIDDEN }, false, true],
    ['that shows our own number', { client: numbered(VIRTUAL) }, false, true],
  ])('%s: the same by its word alone, and after a transfer', (_, leg, byWord, byTransfer) => {
    expect(isOneCall(named, 'second', second(leg))).toBe(byWord);
    expect(isOneCall(transferred, 'second', second(leg))).toBe(byTransfer);
    expect(isOneCall(transferred, 'third', second(leg))).toBe(byWord);
  });

  it('is the same if both told the same number that is no E.164; two hidden callers are two', () => {
    const told = (client: CallClient) => callOf(started({ client }));
    const local: CallClient = { raw: '2345678', e164: null, kind: 'invalid' };
    expect(isOneCall(told(local), 'second', second({ client: local }))).toBe(true);
    expect(isOneCall(told(HIDDEN), 'second', second({ client: HIDDEN }))).toBe(false);
  });
});

describe('ids that a PBX fills an empty field with', () => {
  it.each([
    '0',
    '',
    ' ',
    '-',
    '—',
    '000',
    'null',
    'None',
    'undefined',
    'N/A',
    '{{second_callid}}',
    '00000000-0000-0000-0000-000000000000',
  ])('%p is no call, nor is the call’s own id', (id) => {
    expect(linkedIdsOf(started({ linked_call_ids: [id, '1002003004', 'second', 'second'] }))).toEqual(['second']);
  });

  it('are not mistaken for ids that only look like them', () => {
    const ids = ['10', '0a', 'none-1', '7'];
    expect(linkedIdsOf(started({ linked_call_ids: ids }))).toEqual(ids);
  });
});
