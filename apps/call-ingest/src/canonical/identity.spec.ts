import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { contentHash, eventId, type Identified } from './identity.js';

const base: Identified = {
  schema_version: 1,
  account_id: 'acc-17',
  source: 'uis',
  type: 'call.started',
  call_id: '1002003004',
  direction: 'in',
  client: { raw: '79161234567', e164: '+79161234567', kind: 'e164' },
  virtual_number: { raw: '74951112233', e164: '+74951112233' },
  occurred_at: null,
  occurred_at_quality: 'received',
  received_at: '2025-03-04T09:12:48.015Z',
  origin: 'push',
};
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('eventId', () => {
  const keys: [string, Partial<Identified>, string][] = [
    ['call.started', {}, 'acc-17|uis|1002003004|started'],
    ['call.ended', { type: 'call.ended', outcome: 'missed' }, 'acc-17|uis|1002003004|ended'],
    [
      'the hint of a lost call',
      { type: 'call.ended', outcome: 'missed', outcome_detail: 'inferred' },
      'acc-17|uis|1002003004|lost',
    ],
    ['leg by its id', { type: 'leg.ringing', leg_id: 'L1' }, 'acc-17|uis|1002003004|L1|leg.ringing'],
    [
      'leg by its employee',
      { type: 'leg.ringing', employee: { pbx_id: '7', login: 'ivanov' } },
      'acc-17|uis|1002003004|7|leg.ringing',
    ],
    [
      'leg by a login',
      { type: 'leg.answered', employee: { login: 'ivanov', ext: '101' } },
      'acc-17|uis|1002003004|ivanov|leg.answered',
    ],
    ['leg by an extension', { type: 'leg.ended', employee: { ext: '101' } }, 'acc-17|uis|1002003004|101|leg.ended'],
    ['leg of a group', { type: 'leg.ringing', group: { id: 'g1' } }, 'acc-17|uis|1002003004|g1|leg.ringing'],
    ['leg of nobody', { type: 'leg.ringing' }, 'acc-17|uis|1002003004|-|leg.ringing'],
    [
      'transfer',
      {
        type: 'call.transferred',
        from_employee: { pbx_id: '1' },
        to_employee: { pbx_id: '2' },
        linked_call_ids: ['1002003005'],
      },
      'acc-17|uis|1002003004|transferred|1|2|1002003005',
    ],
    [
      'recording by its id',
      { type: 'call.record_ready', record: { record_id: 'r1', url: 'https://r/1' } },
      'acc-17|uis|1002003004|record|r1',
    ],
    [
      'recording by its link, without the signature',
      { type: 'call.record_ready', record: { url: 'https://r.example/1.mp3?sign=abc' } },
      `acc-17|uis|1002003004|record|${sha256('https://r.example/1.mp3')}`,
    ],
    ['second cabinet', { source_instance: 'west' }, 'acc-17|uis@west|1002003004|started'],
    ['id with a separator in it', { call_id: 'a|b%' }, 'acc-17|uis|a%7Cb%25|started'],
  ];

  it.each(keys)('of %s is the hash of its dedupe key', (_, change, key) => {
    expect(eventId({ ...base, ...change })).toBe(sha256(key));
  });

  it('differs for the five phones of a group ring', () => {
    const ids = [1, 2, 3, 4, 5].map((n) => eventId({ ...base, type: 'leg.ringing', employee: { pbx_id: String(n) } }));
    expect(new Set(ids).size).toBe(5);
  });

  it('differs for two accounts with the same call id', () => {
    expect(eventId(base)).not.toBe(eventId({ ...base, account_id: 'acc-18' }));
  });
});

describe('contentHash', () => {
  const ended: Identified = {
    ...base,
    type: 'call.ended',
    outcome: 'answered',
    employee: { pbx_id: '7', name: 'Петрова' },
    talk_sec: 12,
  };

  it.each<[string, Partial<Identified>]>([
    ['talk_sec', { talk_sec: 13 }],
    ['the time', { occurred_at: '2025-03-04T09:12:48.015Z' }],
    ['the name of the employee', { employee: { pbx_id: '7', name: 'Петрова А.' } }],
    ['the finish reason', { finish_reason: 'operator_disconnects' }],
    ['how the client was spelled', { client: { raw: '8 916 123-45-67', e164: '+79161234567', kind: 'e164' } }],
  ])('of an end does not depend on %s', (_, change) => {
    expect(contentHash({ ...ended, ...change })).toBe(contentHash(ended));
  });

  it.each<[string, Partial<Identified>]>([
    ['the direction', { direction: 'out' }],
    ['the outcome', { outcome: 'missed' }],
    ['who accepted', { employee: { pbx_id: '8' } }],
    ['the client', { client: { raw: '1', e164: '+79161234568', kind: 'e164' } }],
    ['the virtual number', { virtual_number: null }],
  ])('of an end is another one when %s changes: a correction', (_, change) => {
    expect(contentHash({ ...ended, ...change })).not.toBe(contentHash(ended));
  });

  it('of a missed call does not depend on who rang', () => {
    const missed: Identified = { ...ended, outcome: 'missed' };
    expect(contentHash({ ...missed, employee: null })).toBe(contentHash(missed));
  });

  it('of a recording follows its link without the query', () => {
    const record = (url: string): Identified => ({ ...base, type: 'call.record_ready', record: { url } });
    expect(contentHash(record('https://r/1?a'))).toBe(contentHash(record('https://r/1?b')));
    expect(contentHash(record('https://r/1'))).not.toBe(contentHash(record('https://r/2')));
  });
});
