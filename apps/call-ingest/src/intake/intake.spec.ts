import { describe, expect, it } from '@jest/globals';
import { rejectedCallEvents } from '@perezvon/contracts';
import { type Delivery, MAX_EVENT_BYTES, MAX_EVENTS } from './delivery.js';
import { takeDelivery, takeKafkaBatch } from './take.js';

const now = Date.now();
const event = (more: object) =>
  Buffer.from(
    JSON.stringify({
      schema_version: 1,
      account_id: 'acc-17',
      source: 'canonical',
      type: 'call.started',
      call_id: '1',
      direction: 'in',
      client: { raw: '79161234567' },
      ...more,
    }),
  );
const take = (bytes: Buffer) => {
  const messages = [{ value: bytes, offset: '0', timestampMs: now }];
  return takeKafkaBatch({ topic: 't', partition: 0, messages }, { nowMs: now, knowsAccount: () => true });
};

const takeBody = (body: string) => {
  const delivery: Delivery = {
    door: 'http',
    dialect: 'canonical',
    bytes: Buffer.from(body),
    query: '',
    position: 'POST events',
    sourceId: '018e0b1a-0000-7000-8000-000000000031',
    cabinet: { accountId: 'acc-17', instance: null, timeZone: 'Europe/Moscow' },
    receivedAtMs: now,
  };
  return takeDelivery(delivery, { nowMs: now, knowsAccount: () => true });
};

describe('many events in one request', () => {
  it('an array of 131 001 numbers blocked every door for seconds: it is refused as a whole, unlooked at', () => {
    const intake = takeBody(`[${Array.from({ length: 131_001 }, () => '1').join(',')}]`);
    expect(intake.rejections.map(({ rejection }) => rejection.code)).toEqual(['too_large']);
  });

  it('are each looked at up to the limit', () => {
    const intake = takeBody(`[${Array.from({ length: MAX_EVENTS }, () => '1').join(',')}]`);
    expect(intake.rejections).toHaveLength(MAX_EVENTS);
  });
});

describe('an event nested 8 000 levels deep', () => {
  const usual = event({}).toString();
  const deep = `${usual.slice(0, -1)},"raw":${'{"a":'.repeat(8_000)}1${'}'.repeat(8_000)}}`;

  it('failed its whole request: it alone is refused, its neighbours are taken', () => {
    const intake = takeBody(`[${usual}, ${deep} ,${usual}]`);
    expect(intake.calls).toHaveLength(2);
    expect(intake.rejections).toMatchObject([{ index: 1, rejection: { code: 'invalid_event', accountId: 'acc-17' } }]);
  });

  it.each([
    ['alone in a request', () => takeBody(deep)],
    ['in a Kafka message', () => take(Buffer.from(deep))],
    ['of arrays', () => takeBody(`${'['.repeat(8_000)}${']'.repeat(8_000)}`)],
  ])('%s is refused, not thrown over', (_title, taking) => {
    expect(taking().rejections.map(({ rejection }) => rejection.code)).toEqual(['invalid_event']);
  });
});

describe('a refused part of a request', () => {
  it('is kept as it was written, whatever its neighbours hold', () => {
    const parts = ['{"a" : "],[\\"" }', '[1,[2]]', '"x,y"', '1.0'];
    const intake = takeBody(`[${parts.join(' ,')}]`);
    const originals = intake.rejected.map(({ value }) => rejectedCallEvents.schema.parse(JSON.parse(String(value))));
    expect(originals.map(({ original }) => Buffer.from(original.base64, 'base64').toString())).toEqual(parts);
  });
});

describe('a refused body as large as the door takes', () => {
  it('could never be driven again, for only its first 64 KiB were kept', () => {
    const body = `{"type":"nonsense","raw":"${'я'.repeat((MAX_EVENT_BYTES - 28) / 2)}"}`;
    expect(Buffer.byteLength(body)).toBe(MAX_EVENT_BYTES);
    const [kept] = takeBody(body).rejected.map(({ value }) => rejectedCallEvents.parse(JSON.parse(String(value))));
    expect(kept?.original).toMatchObject({ truncated: false, sizeBytes: MAX_EVENT_BYTES });
    expect(Buffer.from(kept?.original.base64 ?? '', 'base64').toString()).toBe(body);
  });

  it('is kept in part where it is larger, as only Kafka brings it', () => {
    const [kept] = take(Buffer.alloc(MAX_EVENT_BYTES + 1, 32)).rejected;
    expect(rejectedCallEvents.parse(JSON.parse(String(kept?.value))).original).toMatchObject({ truncated: true });
  });
});

describe('text that no database keeps', () => {
  it.each([
    ['U+0000 in the call id', { call_id: 'nul\u0000id' }],
    ['U+0000 deep inside', { employee: { name: 'Пет\u0000рова' } }],
    ['half of a surrogate pair', { scenario: 'до \ud83d после' }],
    ['U+0000 after a backslash', { scenario: '\\\u0000' }],
  ])('stopped every reader of calls.v1: an event with %s is refused with a reason', (_title, change) => {
    const intake = take(event(change));
    expect(intake.calls).toEqual([]);
    expect(intake.rejections.map(({ rejection }) => rejection.code)).toEqual(['invalid_event']);
  });

  it.each([
    ['a whole surrogate pair', { scenario: 'до \ud83d\ude00 после' }],
    ['the six characters of an escape', { scenario: 'C:\\u0000' }],
    ['other control characters', { scenario: 'a\u0001b' }],
  ])('is not confused with %s', (_title, change) => {
    expect(take(event(change)).calls).toHaveLength(1);
  });

  it('a duration beyond any date is refused, not thrown over', () => {
    const intake = take(event({ type: 'call.ended', outcome: 'missed', total_sec: Number.MAX_SAFE_INTEGER }));
    expect(intake.rejections.map(({ rejection }) => rejection.code)).toEqual(['invalid_event']);
  });
});
