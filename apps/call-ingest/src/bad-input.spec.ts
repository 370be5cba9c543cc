import { describe, expect, it } from '@jest/globals';
import { type CallEvent, rejectedCallEvents } from '@perezvon/contracts';
import fc from 'fast-check';
import { pushAdapters, type VendorDialect } from './adapters/push-adapters.js';
import { type Delivery } from './intake/delivery.js';
import { type Intake } from './intake/intake.js';
import { takeDelivery, takeKafkaBatch } from './intake/take.js';

/**
 * What real PBXs do (reference/pbx-events.md §5), as far as events show it: each symptom that somebody met, and what it
 * must not lead to here. Recorded in full are those of §4.12: conformance.spec.ts.
 */
const nowMs = Date.parse('2025-03-04T12:00:00.000Z');
const door = { nowMs, knowsAccount: (id: string) => id === 'acc-17' };
const cabinet = { accountId: 'acc-17', instance: null, timeZone: 'Europe/Moscow' };
const CLIENT = '79161234567';

type Fields = Readonly<Record<string, unknown>>;

function byKafka(...bodies: readonly (Fields | string | Buffer)[]): Intake {
  const bytes = bodies.map((body) =>
    Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  );
  const messages = bytes.map((value, offset) => ({ value, offset: String(offset), timestampMs: nowMs }));
  return takeKafkaBatch({ topic: 't', partition: 0, messages }, door);
}

function byHttp(dialect: VendorDialect, body: Buffer | string, query = ''): Intake {
  const delivery: Delivery = {
    door: 'http',
    dialect,
    bytes: Buffer.from(body),
    query,
    position: `POST ${dialect}`,
    sourceId: '018e0b1a-0000-7000-8000-000000000031',
    cabinet,
    receivedAtMs: nowMs,
  };
  return takeDelivery(delivery, door);
}

const uis = (fields: Fields): Intake => byHttp('uis', JSON.stringify({ ...notification, ...fields }));
const itoolabs = (fields: Readonly<Record<string, string>>): Intake =>
  byHttp('itoolabs', new URLSearchParams({ ...command, ...fields }).toString());

const canonical = {
  schema_version: 1,
  account_id: 'acc-17',
  source: 'canonical',
  type: 'call.ended',
  call_id: '1002003004',
  occurred_at: '2025-03-04T11:59:00.000Z',
  direction: 'in',
  client: { raw: CLIENT },
};

const notification = {
  notification_name: 'Завершение звонка',
  notification_time: '2025-03-04 14:59:00',
  call_session_id: '1002003004',
  contact_phone_number: CLIENT,
  direction: 'in',
  talk_time_duration: 12,
  employee_id: '40017',
};

const command = { cmd: 'event', type: 'INCOMING', callid: 'abc-1', phone: CLIENT, user: 'ivanov', direction: 'in' };

const ids = (intake: Intake): string[] => intake.accepted.map((event) => event.event_id);
const only = (intake: Intake): CallEvent | undefined => intake.accepted[0];

describe('duplicates (§5.1)', () => {
  it('a callback that is called twice for one hang-up is one fact', () => {
    expect(ids(uis({}))).toEqual(ids(uis({ notification_time: '2025-03-04 14:59:03' })));
  });

  it('a diversion to voice mail under a new call id stays tied to the call that it came from', () => {
    const diverted = byKafka({ ...canonical, call_id: 'voice-mail', linked_call_ids: ['1002003004'] });
    expect(only(diverted)).toMatchObject({ call_id: 'voice-mail', linked_call_ids: ['1002003004'] });
  });

  it('two calls of one number at the same time are not merged', () => {
    const both = byKafka(canonical, { ...canonical, call_id: '1002003005' });
    expect(new Set(ids(both)).size).toBe(2);
  });

  it('the phones of a group ring are not taken for each other’s duplicates, 200 of them neither', () => {
    const legs = Array.from({ length: 200 }, (_, i) =>
      byHttp('itoolabs', `cmd=event&type=INCOMING&callid=1&user=u${i}`),
    );
    expect(new Set(legs.flatMap(ids)).size).toBe(1 + 200);
  });

  it('10 000 repetitions of one event have one id', () => {
    const flood = byKafka(...Array.from({ length: 10_000 }, () => canonical));
    expect([flood.accepted.length, new Set(ids(flood)).size]).toEqual([10_000, 1]);
  });
});

describe('missing or misplaced answers and hang-ups (§5.2)', () => {
  it('a forwarded call that is always reported as cancelled is answered if somebody talked', () => {
    const cancelled = { ...canonical, finish_reason: 'subscriber_disconnects', outcome: 'missed', talk_sec: 40 };
    const forwarded = { ...cancelled, target_number: { raw: '79035550101' } };
    expect(only(byKafka(forwarded))).toMatchObject({ outcome: 'answered', warnings: ['lost_with_talk'] });
  });

  it('a group that is signalled once, not per employee, rings all the same', () => {
    const ringing = { ...canonical, type: 'leg.ringing', group: { id: 'sales', name: 'Отдел продаж' } };
    expect(only(byKafka(ringing))).toMatchObject({ type: 'leg.ringing', group: { id: 'sales' } });
  });

  it('an end without any talk measured does not claim that nobody talked', () => {
    expect(only(uis({ talk_time_duration: '{{talk_time_duration}}', employee_id: null }))?.talk_sec).toBeNull();
  });
});

describe('transfers (§5.3)', () => {
  it('a hang-up of the transferring leg is not the end of the call', () => {
    expect(only(uis({ notification_name: 'Окончание разговора' }))?.type).toBe('leg.ended');
    expect(only(itoolabs({ type: 'COMPLETED' }))?.type).toBe('leg.ended');
  });

  it('the department that a bounced call fell back to is not who answered', () => {
    const history = { cmd: 'history', type: 'in', status: 'Success', user: 'g_5f1c', groupRealName: 'Резерв' };
    expect(only(itoolabs(history))).toMatchObject({ outcome: 'missed', employee: null, group: { id: 'g_5f1c' } });
  });

  it('a transfer from a leg that was never announced is kept', () => {
    const moved = { ...canonical, type: 'call.transferred', linked_call_ids: ['never-announced'] };
    expect(byKafka(moved).accepted).toHaveLength(1);
  });
});

describe('recording links (§5.4)', () => {
  const record = (url: string, more: Fields = {}) =>
    byKafka({ ...canonical, type: 'call.record_ready', record: { url, ...more } });

  it('a link whose signature changes with each delivery is one recording', () => {
    expect(ids(record('https://r.example/1.mp3?sign=a'))).toEqual(ids(record('https://r.example/1.mp3?sign=b')));
  });

  it('a one-time redirect is told by the vendor’s id', () => {
    const once = (token: string) => ids(record(`https://r.example/get/${token}`, { record_id: 'rec-1' }));
    expect(once('a')).toEqual(once('b'));
  });

  it('two conversations of one call are two recordings', () => {
    expect(ids(record('https://r.example/1.mp3'))).not.toEqual(ids(record('https://r.example/2.mp3')));
  });

  it.each(['ftp://r.example/1.mp3', 'javascript:alert(1)', 'file:///etc/passwd', '/1.mp3'])('%s is no link', (url) => {
    expect(record(url).rejections.map((r) => r.rejection.code)).toEqual(['invalid_event']);
  });
});

describe('hidden and odd numbers (§5.5)', () => {
  it.each(['anonymous', 'Anonymous', '<unknown>', '', '{{contact_phone_number}}', '+', '0'])(
    '%j is parsed as no number and does not crash anything',
    (raw) => {
      expect(only(uis({ contact_phone_number: raw }))?.client).toMatchObject({ e164: null, kind: 'hidden' });
    },
  );

  it('a word does not become a number by a + before it', () => {
    expect(only(uis({ contact_phone_number: '+sales' }))?.client.e164).toBeNull();
  });

  it('an outgoing push without the company’s number is taken', () => {
    const outgoing = { type: 'OUTGOING', direction: 'out' };
    expect(itoolabs(outgoing).accepted.map((e) => e.virtual_number ?? null)).toEqual([null, null]);
  });
});

describe('long calls and clocks (§5.6, §5.7)', () => {
  it('a talk of more than a day does not lose its days', () => {
    expect(only(uis({ talk_time_duration: '27:10:00' }))?.talk_sec).toBe(97_800);
  });

  it('a time without a zone does not shift the feed by three hours', () => {
    expect(only(uis({}))?.occurred_at).toBe('2025-03-04T11:59:00.000Z');
  });

  it.each([
    ['hours ahead', '2025-03-04T15:00:00.000Z', '2025-03-04T12:00:00.000Z', 'received'],
    ['hours behind', '2025-03-04T08:00:00.000Z', '2025-03-04T08:00:00.000Z', 'pbx_utc'],
  ])('a clock that is %s neither stops an event nor moves it into the future', (_, given, used, quality) => {
    const event = only(byKafka({ ...canonical, occurred_at: given }));
    expect(event).toMatchObject({ occurred_at: used, occurred_at_quality: quality });
  });
});

describe('ids of 64 bits', () => {
  it('as numbers are not rounded into a neighbour’s call', () => {
    const body = JSON.stringify(notification).replace('"1002003004"', '9007199254740993');
    expect(only(byHttp('uis', body))?.call_id).toBe('9007199254740993');
    const json = JSON.stringify(command).replace('"abc-1"', '9007199254740993');
    expect(only(byHttp('itoolabs', json))?.call_id).toBe('9007199254740993');
  });

  it('as numbers in a canonical event are refused: they are text there', () => {
    const body = JSON.stringify(canonical).replace('"1002003004"', '9007199254740993');
    expect(byKafka(body).rejections[0]?.rejection).toMatchObject({
      code: 'invalid_event',
      errors: [{ path: 'call_id' }],
    });
  });
});

describe('wrong tenants', () => {
  it('an account that does not exist is held by Kafka’s door, not lost and not guessed', () => {
    const intake = byKafka({ ...canonical, account_id: 'acc-99' });
    expect([intake.accepted.length, intake.unknownAccount.map((u) => u.accountId)]).toEqual([0, ['acc-99']]);
  });

  it.each(['../acc-17', 'acc 17', '', 'a'.repeat(65), 17, null])('%j is nobody’s account', (accountId) => {
    expect(byKafka({ ...canonical, account_id: accountId }).rejections).toHaveLength(1);
  });
});

describe('garbage', () => {
  const deep = `{"raw":${'{"a":'.repeat(30_000)}1${'}'.repeat(30_000)}`;

  it('nested deeper than any stack does not stop the consumer', () => {
    const body = `${deep},${JSON.stringify(canonical).slice(1)}`;
    const intake = byKafka(body, canonical);
    expect([intake.accepted.length, intake.rejections.map((r) => r.rejection.code)]).toEqual([1, ['invalid_event']]);
    expect(byHttp('uis', `${deep}}`).accepted).toEqual([]);
  });

  it('of any bytes, by any door, ends as taken or refused, and what is refused can be stored', () => {
    const dialects = Object.keys(pushAdapters) as VendorDialect[];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(...dialects), (bytes, dialect) => {
        for (const intake of [byKafka(Buffer.from(bytes)), byHttp(dialect, Buffer.from(bytes))]) {
          for (const { value } of intake.rejected) rejectedCallEvents.schema.parse(JSON.parse(String(value)));
        }
      }),
      { numRuns: 10_000 },
    );
  });

  it('in single fields costs at most its own event', () => {
    const junk = fc.oneof(
      fc.string(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.array(fc.string()),
      fc.object(),
    );
    const names = fc.constantFrom(...Object.keys(canonical), 'employee', 'talk_sec', 'record', 'participants', 'raw');
    fc.assert(
      fc.property(fc.dictionary(names, junk), (fields) => {
        const { accepted, rejected, unknownAccount } = byKafka({ ...canonical, ...fields }, canonical);
        expect(accepted.length + rejected.length + unknownAccount.length).toBe(2);
      }),
      { numRuns: 10_000 },
    );
  });
});
