import { describe, expect, it } from '@jest/globals';
import { callEventSchema } from '@perezvon/contracts';
import fc from 'fast-check';
import { canonicalise, type IngestContext } from './canonicalise.js';

const now = Date.parse('2025-03-04T09:12:48.015Z');
const context: IngestContext = { receivedAtMs: now, nowMs: now, knowsAccount: (id) => id === 'acc-17' };

/** The example of reference/pbx-events.md §4.1, as a PBX sends it. */
const ended = {
  schema_version: 1,
  account_id: 'acc-17',
  source: 'uis',
  type: 'call.ended',
  call_id: '1002003004',
  occurred_at: '2025-03-04T12:12:47.234+03:00',
  direction: 'in',
  client: { raw: '79161234567' },
  virtual_number: { raw: '74951112233' },
  employee: { pbx_id: '40017', ext: '102', name: 'Петрова А.' },
  wait_sec: 11,
  talk_sec: 12,
  total_sec: 23,
  finish_reason: 'operator_disconnects',
};

function eventOf(input: unknown, over: Partial<IngestContext> = {}) {
  const result = canonicalise(input, { ...context, ...over });
  if (!('event' in result)) throw new Error(`rejected: ${JSON.stringify(result.rejected)}`);
  return result.event;
}

function rejectionOf(input: unknown, over: Partial<IngestContext> = {}) {
  const result = canonicalise(input, { ...context, ...over });
  if (!('rejected' in result)) throw new Error('was taken');
  return result.rejected;
}

describe('canonicalise', () => {
  it('derives everything that a PBX need not send', () => {
    const event = eventOf(ended);
    expect(callEventSchema.parse(event)).toEqual(event);
    expect(event).toMatchObject({
      client: { raw: '79161234567', e164: '+79161234567', kind: 'e164' },
      virtual_number: { raw: '74951112233', e164: '+74951112233' },
      occurred_at: '2025-03-04T09:12:47.234Z',
      occurred_at_quality: 'pbx_utc',
      received_at: '2025-03-04T09:12:48.015Z',
      outcome: 'answered',
      origin: 'push',
    });
    expect(event).not.toHaveProperty('warnings');
  });

  it.each(['total_sec', 'talk_sec', 'wait_sec'])('took a %s of more than a day without a word (R4)', (duration) => {
    const told = eventOf({ ...ended, [duration]: 86_401 });
    expect(told).toMatchObject({ [duration]: 86_401, warnings: ['implausible_duration'] });
    expect(eventOf({ ...ended, [duration]: 86_400 })).not.toHaveProperty('warnings');
  });

  it.each(['79161234567', '+7 (916) 123-45-67', '8 916 123 45 67', '9161234567'])(
    'gives the event of client %j the ids of every other spelling',
    (raw) => {
      const [a, b] = [eventOf(ended), eventOf({ ...ended, client: { raw } })];
      expect([b.event_id, b.content_hash]).toEqual([a.event_id, a.content_hash]);
    },
  );

  it('keeps the ids whatever time, transport and order of fields a redelivery has', () => {
    const again = { ...Object.fromEntries(Object.entries(ended).reverse()), occurred_at: null, origin: 'replay' };
    const first = eventOf(ended);
    const second = eventOf(again, { receivedAtMs: now + 60_000, nowMs: now + 60_000 });
    expect([second.event_id, second.content_hash]).toEqual([first.event_id, first.content_hash]);
  });

  it('recomputes ids that are given wrongly and keeps what was given for the journal', () => {
    const event = eventOf({ ...ended, event_id: 'mine', content_hash: 'also mine' });
    expect(event.event_id).toBe(eventOf(ended).event_id);
    expect(event).toMatchObject({
      given_event_id: 'mine',
      given_content_hash: 'also mine',
      warnings: ['ids_recomputed'],
    });
  });

  it('says nothing about ids that are given rightly', () => {
    const { event_id, content_hash } = eventOf(ended);
    const event = eventOf({ ...ended, event_id, content_hash });
    expect(event).not.toHaveProperty('given_event_id');
    expect(event).not.toHaveProperty('warnings');
  });

  it('does not trust a normalised number that its raw text does not say', () => {
    const event = eventOf({ ...ended, client: { raw: '100', e164: '+79161234567', kind: 'e164' } });
    expect(event.client).toEqual({ raw: '100', e164: null, kind: 'short' });
  });

  it.each([
    ['', 'hidden', undefined],
    [null, 'hidden', undefined],
    ['anonymous', 'hidden', undefined],
    ['{{contact_phone_number}}', 'hidden', ['template_placeholder']],
    ['101', 'short', undefined],
    ['ООО Ромашка', 'invalid', undefined],
  ])('keeps a call whose client is %j', (raw, kind, warnings) => {
    const event = eventOf({ ...ended, client: { raw } });
    expect(event.client).toEqual({ raw, e164: null, kind });
    expect(event.warnings).toEqual(warnings);
  });

  it.each([
    ['an unknown version', { schema_version: 2 }, 'unknown_schema_version'],
    ['a version as text', { schema_version: '1' }, 'unknown_schema_version'],
    ['no version', { schema_version: undefined }, 'invalid_event'],
    ['an unknown type', { type: 'call.exploded' }, 'invalid_event'],
    ['an id of 64 bits as a number', { call_id: 1002003004 }, 'invalid_event'],
    ['a time without an offset', { occurred_at: '2025-03-04 12:12:47' }, 'invalid_event'],
    ['a negative duration', { talk_sec: -1 }, 'invalid_event'],
    ['a recording event without a recording', { type: 'call.record_ready' }, 'invalid_event'],
    ['an account that is not set up', { account_id: 'acc-18' }, 'unknown_account'],
    ['an event of 31 days ago', { occurred_at: '2025-02-01T09:12:47Z' }, 'too_old'],
  ])('rejects %s', (_, change, code) => {
    expect(rejectionOf({ ...ended, ...change }).code).toBe(code);
  });

  it('names the fields that a vendor has to change, and never their values', () => {
    const { code, message, errors, accountId } = rejectionOf({
      ...ended,
      client: { raw: 79161234567 },
      type: '79161234567',
    });
    expect({ code, accountId, paths: errors.map((e) => e.path) }).toEqual({
      code: 'invalid_event',
      accountId: 'acc-17',
      paths: ['type', 'client.raw'],
    });
    expect(JSON.stringify({ message, errors })).not.toContain('79161234567');
  });

  it('rejects an event that names another account than the one whose secret opened the door', () => {
    expect(rejectionOf(ended, { boundAccountId: 'acc-1', knowsAccount: () => true })).toMatchObject({
      code: 'invalid_event',
      accountId: 'acc-1',
      errors: [{ path: 'account_id' }],
    });
  });

  it('does not believe a PBX clock that is more than five minutes ahead', () => {
    expect(eventOf({ ...ended, occurred_at: '2025-03-04T09:17:00.000Z' })).toMatchObject({
      occurred_at: '2025-03-04T09:17:00.000Z',
      occurred_at_quality: 'pbx_utc',
    });
    expect(eventOf({ ...ended, occurred_at: '2025-03-04T09:22:47.000Z' })).toMatchObject({
      occurred_at: '2025-03-04T09:12:48.015Z',
      occurred_at_quality: 'received',
      warnings: ['clock_ahead'],
    });
  });

  it('judges the age of an event that carries no time by when it was received', () => {
    const later = now + 31 * 24 * 3600_000;
    expect(rejectionOf({ ...ended, occurred_at: null }, { nowMs: later }).code).toBe('too_old');
  });

  it('keeps the stamp of an edge in front of it, unless it lies in the future', () => {
    expect(eventOf({ ...ended, received_at: '2025-03-04T09:00:00.000Z' }).received_at).toBe('2025-03-04T09:00:00.000Z');
    expect(eventOf({ ...ended, received_at: '2025-03-05T09:00:00.000Z' }).received_at).toBe('2025-03-04T09:12:48.015Z');
  });

  it('says that a caller who left at once waited 0 seconds', () => {
    const abandoned = { ...ended, talk_sec: 0, wait_sec: null, finish_reason: 'disconnect_before_call_processing' };
    expect(eventOf(abandoned)).toMatchObject({ wait_sec: 0, outcome: 'missed', outcome_detail: 'cancelled' });
  });

  it('never throws, whatever JSON comes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(ended)), (value, key) => {
        expect('rejected' in canonicalise(value, context)).toBe(true);
        const changed = canonicalise({ ...ended, [key]: value }, context);
        if ('event' in changed) callEventSchema.parse(changed.event);
      }),
      { numRuns: 10_000 },
    );
  });
});
