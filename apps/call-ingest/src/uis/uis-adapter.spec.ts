import { describe, expect, it } from '@jest/globals';
import { type CallEvent } from '@perezvon/contracts';
import { canonicalise } from '../canonical/canonicalise.js';
import { readNotification } from './notification-body.js';
import { translateNotification } from './uis-adapter.js';

const now = Date.parse('2025-03-04T09:13:00.000Z');
const cabinet = { accountId: 'acc-17', instance: null, timeZone: 'Europe/Moscow' };

function translate(fields: Record<string, unknown>, zone = 'Europe/Moscow') {
  return translateNotification(fields, { ...cabinet, timeZone: zone });
}

function event(fields: Record<string, unknown>): CallEvent {
  const translated = translate(fields);
  if ('rejected' in translated) throw new Error(translated.rejected.message);
  const result = canonicalise(translated.events[0], {
    receivedAtMs: now,
    nowMs: now,
    knowsAccount: () => true,
    warnings: translated.warnings,
  });
  if (!('event' in result)) throw new Error(JSON.stringify(result.rejected));
  return result.event;
}

/** The end-of-call body of §2.1 with every variable the cabinet offers, flat. */
const ended = {
  notification_name: 'Завершение звонка',
  notification_mnemonic: 'call_session_finished',
  notification_time: '2025-03-04 12:12:47.234',
  call_session_id: '1002003004',
  virtual_phone_number: '74951112233',
  contact_phone_number: '79161234567',
  communication_id: '55',
  employee_id: '40017',
  employee_full_name: 'Петрова Анна',
  extension_phone_number: '102',
  last_talked_employee_id: '40017',
  call_source: 'va',
  direction: 'in',
  scenario_name: 'Основной',
  talk_time_duration: 12,
  total_time_duration: 23,
  wait_time_duration: 11,
  is_lost: false,
  is_internal: false,
  is_transfer: false,
  start_time: '2025-03-04 12:12:24',
};

describe('translateNotification', () => {
  it('reads the end of an answered call', () => {
    expect(event(ended)).toMatchObject({
      account_id: 'acc-17',
      source: 'uis',
      type: 'call.ended',
      call_id: '1002003004',
      direction: 'in',
      occurred_at: '2025-03-04T09:12:47.234Z',
      occurred_at_quality: 'pbx_local',
      client: { e164: '+79161234567' },
      virtual_number: { e164: '+74951112233' },
      employee: { pbx_id: '40017', ext: '102', name: 'Петрова Анна' },
      wait_sec: 11,
      talk_sec: 12,
      total_sec: 23,
      outcome: 'answered',
      is_transfer: false,
      scenario: 'Основной',
      call_source: 'va',
    });
    expect(event(ended).warnings).toBeUndefined();
  });

  it('reads the nested variant as the flat one', () => {
    const { contact_phone_number, call_session_id, talk_time_duration, total_time_duration, wait_time_duration } =
      ended;
    const { employee_id, employee_full_name, extension_phone_number, ...rest } = ended;
    const nested = {
      ...rest,
      contact_phone_number: undefined,
      call_session_id: undefined,
      contact_info: { contact_phone_number },
      employee_info: { employee_id, employee_full_name, extension_phone_number },
      call_info: { call_session_id, talk_time_duration, total_time_duration, wait_time_duration },
    };
    const [flat, deep] = [event(ended), event(JSON.parse(JSON.stringify(nested)) as Record<string, unknown>)];
    expect({ ...deep, raw: null }).toEqual({ ...flat, raw: null });
  });

  it('reads values that come with their quotes, as text and as a clock', () => {
    const quoted = {
      ...ended,
      notification_name: '"Завершение звонка"',
      notification_mnemonic: '""',
      start_time: '"2025-03-04 12:12:24"',
      talk_time_duration: '"00:00:12"',
      total_time_duration: '0:23',
      is_lost: 'false',
    };
    expect({ ...event(quoted), raw: null }).toEqual({ ...event(ended), raw: null });
  });

  it('dated the call by its end where the template lacks the total: it began when the PBX says, or waited and talked', () => {
    const { total_time_duration: _total, ...untotalled } = ended;
    const { start_time: _start, ...undated } = untotalled;
    expect(event(untotalled)).toMatchObject({ occurred_at: '2025-03-04T09:12:47.234Z', total_sec: 23 });
    expect(event({ ...untotalled, start_time: '2025-03-04 12:12:20' })).toMatchObject({ total_sec: 27 });
    expect(event(undated)).toMatchObject({ total_sec: 23 });
    expect(event({ ...undated, wait_time_duration: '' }).total_sec ?? null).toBeNull();
    expect(event({ ...untotalled, start_time: '2025-03-04 13:00:00' })).toMatchObject({ total_sec: 23 });
  });

  it('takes a placeholder that was not filled for a missing value and says so', () => {
    const { talk_sec, employee, client, warnings } = event({
      ...ended,
      talk_time_duration: '{{talk_time_duration}}',
      extension_phone_number: '{{extension_phone_number}}',
      contact_phone_number: '{{contact_phone_number}}',
    });
    expect({ talk_sec, ext: employee?.ext, kind: client.kind, warnings }).toEqual({
      talk_sec: null,
      ext: null,
      kind: 'hidden',
      warnings: ['template_placeholder'],
    });
  });

  it.each<[string, Record<string, unknown>, Partial<CallEvent>]>([
    ['Входящий звонок', {}, { type: 'call.started', direction: 'in' }],
    ['Исходящее плечо', { direction: undefined }, { type: 'call.started', direction: 'out' }],
    ['Ожидание ответа', { leg_id: 77 }, { type: 'leg.ringing', leg_id: '77' }],
    ['Начало разговора', { leg_ids: '[77, 78]' }, { type: 'leg.answered' }],
    ['Окончание разговора', {}, { type: 'leg.ended' }],
    ['завершение  звонка', {}, { type: 'call.ended' }],
    ['Talk started', {}, { type: 'leg.answered' }],
  ])('knows «%s» by its name', (name, change, expected) => {
    const { notification_mnemonic, ...named } = ended;
    expect(notification_mnemonic).toBeDefined();
    expect(event({ ...named, ...change, notification_name: name })).toMatchObject(expected);
  });

  it('trusts the mnemonic before the name, which an administrator types', () => {
    const renamed = { ...ended, notification_name: 'Входящий звонок', notification_mnemonic: 'lost_call_session' };
    expect(event(renamed)).toMatchObject({ type: 'call.ended', outcome_detail: 'inferred' });
  });

  it('goes by a constant event field where name and mnemonic say nothing', () => {
    const own = { ...ended, notification_name: 'Наше', notification_mnemonic: undefined, event: 'call.ended' };
    expect(event(own).type).toBe('call.ended');
  });

  it('makes a lost call a hint with an id of its own, which the end record does not collide with', () => {
    const lost = {
      notification_name: 'Потерянный звонок',
      notification_time: '2025-03-04 12:12:47',
      call_session_id: '1002003004',
      virtual_phone_number: '74951112233',
      contact_phone_number: '79161234567',
      wait_time_duration: '23',
      employee_ids: [40017, 40018],
      lost_reason: 'operator_not_responsible',
    };
    const hint = event(lost);
    expect(hint).toMatchObject({
      type: 'call.ended',
      direction: 'in',
      outcome: 'missed',
      outcome_detail: 'inferred',
      wait_sec: 23,
      talk_sec: null,
      participants: [{ employee: { pbx_id: '40017' } }, { employee: { pbx_id: '40018' } }],
    });
    expect(hint.event_id).not.toBe(event(ended).event_id);
  });

  it('called a talk missed that was forwarded to an outside number: the record names no employee', () => {
    const { employee_id, employee_full_name, extension_phone_number, last_talked_employee_id, ...forwarded } = ended;
    expect([employee_id, employee_full_name, extension_phone_number, last_talked_employee_id]).toBeTruthy();
    expect(event({ ...forwarded, called_phone_number: '79031112233' })).toMatchObject({
      outcome: 'answered',
      employee: null,
      client: { e164: '+79161234567' },
    });
    // A machine's talk: the number that was called is our own, or nobody tells whose it is.
    for (const called of ['+7 (495) 111-22-33', undefined])
      expect(event({ ...forwarded, called_phone_number: called })).toMatchObject({ outcome: 'missed' });
    expect(event({ ...forwarded, called_phone_number: '79031112233', talk_time_duration: 0 })).toMatchObject({
      outcome: 'missed',
    });
  });

  describe('a talk of which nobody is named', () => {
    const people = {
      employee_id: '',
      employee_full_name: '',
      extension_phone_number: '',
      last_talked_employee_id: '',
    };
    const talk = (change: Record<string, unknown>) => event({ ...ended, ...people, ...change });

    it.each([
      ['our own number in another spelling', { called_phone_number: '84951112233' }],
      ['our own number in ten digits', { called_phone_number: '(495) 111-22-33' }],
      ['an extension', { called_phone_number: '101' }],
      ['no number', { called_phone_number: 'anonymous' }],
      ['the client’s own number', { called_phone_number: '8 916 123-45-67' }],
      [
        'a number beside no virtual one: it may be that',
        { called_phone_number: '79031112233', virtual_phone_number: '' },
      ],
    ])('was an answer of an outside number where the called one was %s: it is voice mail', (_, change) => {
      expect(talk(change)).toMatchObject({ outcome: 'missed', employee: null });
    });

    it('was an answer of employee 0, who is nobody', () => {
      const zero = { employee_id: '0', last_talked_employee_id: '0', called_phone_number: '74951112233' };
      expect(talk(zero)).toMatchObject({ outcome: 'missed', employee: null });
      const began = { ...zero, notification_name: 'Начало разговора', notification_mnemonic: '' };
      expect(talk(began)).toMatchObject({ type: 'leg.answered', employee: null });
      expect(talk(began).target_number).toBeUndefined();
      const lost = { notification_mnemonic: 'lost_call', employee_ids: [0, 40017] };
      expect(talk(lost).participants).toMatchObject([{ employee: { pbx_id: '40017' } }]);
    });

    it('is an answer of the outside number, also where the last employee who talked is told as 0', () => {
      const outside = { called_phone_number: '+7 903 111-22-33', employee_id: 0, last_talked_employee_id: '0' };
      expect(talk(outside)).toMatchObject({ outcome: 'answered', target_number: { e164: '+79031112233' } });
      const began = { ...outside, notification_name: 'Начало разговора', notification_mnemonic: '' };
      expect(talk(began)).toMatchObject({ employee: null, target_number: { e164: '+79031112233' } });
    });
  });

  it('took no notice of a conversation that began with an outside number', () => {
    const began = {
      notification_name: 'Начало разговора',
      call_session_id: '1002003004',
      contact_phone_number: '79161234567',
      virtual_phone_number: '74951112233',
      direction: 'in',
    };
    expect(event({ ...began, called_phone_number: '79031112233' })).toMatchObject({
      type: 'leg.answered',
      employee: null,
      target_number: { e164: '+79031112233' },
    });
    expect(event(began).target_number).toEqual({ raw: null, e164: null });
    expect(event({ ...began, employee_id: '40017' }).target_number).toBeUndefined();
  });

  it('forgot who placed an outgoing call where no later event named him', () => {
    const called = {
      notification_name: 'Исходящий звонок',
      call_session_id: '1002003004',
      employee_id: '40017',
      called_phone_number: '79161234567',
    };
    expect(event(called)).toMatchObject({ type: 'call.started', direction: 'out', employee: { pbx_id: '40017' } });
  });

  it('says that a caller is on the black list where only the lost call tells it', () => {
    const lost = {
      notification_name: 'Потерянный звонок',
      call_session_id: '1002003004',
      contact_phone_number: '79161234567',
      lost_reason: 'numa_in_black_list',
    };
    expect(event(lost)).toMatchObject({ outcome: 'rejected', outcome_detail: 'inferred' });
  });

  it('names nobody for a missed incoming call: who is in the body only rang', () => {
    const missed = event({ ...ended, talk_time_duration: 0, is_lost: 'true', last_talked_employee_id: null });
    expect(missed).toMatchObject({
      outcome: 'missed',
      employee: null,
      participants: [{ employee: { pbx_id: '40017' }, rang: true, talked: false }],
    });
  });

  it('keeps who called when an outgoing call was not reached', () => {
    const failed = event({ ...ended, direction: 'out', talk_time_duration: 0, finish_reason: 'subscriber_busy' });
    expect(failed).toMatchObject({ outcome: 'not_reached', outcome_detail: 'busy', employee: { pbx_id: '40017' } });
  });

  it('believes measured talk more than the lost flag', () => {
    expect(event({ ...ended, is_lost: 'true' })).toMatchObject({ outcome: 'answered', warnings: ['lost_with_talk'] });
  });

  it('takes the last who talked after a transfer', () => {
    const transferred = event({ ...ended, is_transfer: 'true', last_talked_employee_id: '40018' });
    expect(transferred).toMatchObject({ employee: { pbx_id: '40018' }, is_transfer: true });
    expect(transferred.employee?.name).toBeUndefined();
    expect(transferred.last_talked_employee).toEqual({ pbx_id: '40018' });
  });

  it('says that the employee was the last who talked only where the cabinet says so', () => {
    expect(event(ended).last_talked_employee).toMatchObject({ pbx_id: '40017', name: 'Петрова Анна' });
    for (const told of [{ last_talked_employee_id: null }, { last_talked_employee_id: '0' }, { talk_time_duration: 0 }])
      expect(event({ ...ended, ...told }).last_talked_employee).toBeUndefined();
  });

  it('turns a call-back that the PBX reports as incoming', () => {
    const { contact_phone_number, virtual_phone_number, ...rest } = ended;
    const callBack = { ...rest, call_source: 'callapi', calling_phone_number: contact_phone_number };
    expect(event({ ...callBack, called_phone_number: virtual_phone_number })).toMatchObject({
      direction: 'out',
      client: { e164: '+79161234567' },
      virtual_number: { e164: '+74951112233' },
      outcome: 'answered',
    });
  });

  it.each(['auto_back_call_by_lost_call', 'auto_out_calls', 'callapi_management_call'])(
    'left a call by %s incoming: whoever is called back did not call (§4.6)',
    (call_source) => {
      expect(event({ ...ended, call_source })).toMatchObject({ direction: 'out', client: { e164: '+79161234567' } });
      expect(event({ ...ended, call_source, is_internal: true })).toMatchObject({ direction: 'internal' });
    },
  );

  it.each(['va', 'sip', 'sitephone', 'lead', 'call_tracking', 'amocrm'])(
    'leaves a call by %s as it is told',
    (from) => {
      expect(event({ ...ended, call_source: from })).toMatchObject({ direction: 'in' });
    },
  );

  it('reads the numbers of an outgoing call from its legs where the contact is not named', () => {
    const { contact_phone_number, virtual_phone_number, ...rest } = ended;
    const outgoing = { ...rest, direction: 'out', calling_phone_number: virtual_phone_number };
    expect(event({ ...outgoing, called_phone_number: contact_phone_number })).toMatchObject({
      client: { e164: '+79161234567' },
      virtual_number: { e164: '+74951112233' },
    });
  });

  it('marks an internal call', () => {
    expect(event({ ...ended, is_internal: '1' })).toMatchObject({ direction: 'internal', outcome: 'internal' });
  });

  it('reads a recording, nested or flat', () => {
    const recorded = {
      notification_mnemonic: 'RECORD_CALL',
      call_session_id: '1002003004',
      contact_phone_number: '79161234567',
      direction: 'in',
      call_record_file_info: { file_link: 'https://media.cp.example/talk/1.mp3?sign=1' },
      file_duration: '00:00:12',
    };
    expect(event(recorded)).toMatchObject({
      type: 'call.record_ready',
      record: { url: 'https://media.cp.example/talk/1.mp3?sign=1', duration_sec: 12 },
    });
    const { call_record_file_info, ...flat } = recorded;
    expect(
      event({ ...flat, ...call_record_file_info, full_record_file_link: 'https://media.cp.example/f.mp3' }),
    ).toMatchObject({
      record: { url: 'https://media.cp.example/f.mp3', full: true },
    });
  });

  it('adds the duration to the start where the notification carries no time of its own', () => {
    const { notification_time, ...rest } = ended;
    expect(notification_time).toBeDefined();
    expect(event(rest).occurred_at).toBe('2025-03-04T09:12:47.000Z');
    expect(event({ ...rest, notification_name: 'Входящий звонок', notification_mnemonic: '' }).occurred_at).toBe(
      '2025-03-04T09:12:24.000Z',
    );
  });

  it('keeps a call whose time cannot be read', () => {
    expect(event({ ...ended, notification_time: 'вчера', start_time: '' })).toMatchObject({
      occurred_at: null,
      occurred_at_quality: 'received',
      warnings: ['unreadable_time'],
    });
  });

  it.each([
    ['no kind', { notification_name: 'Моё уведомление', notification_mnemonic: 'custom' }, 'notification_mnemonic'],
    ['no session', { call_session_id: '{{call_session_id}}' }, 'call_session_id'],
    ['a recording without a link', { notification_mnemonic: 'RECORD_CALL', file_link: 'ftp://x' }, 'file_link'],
  ])('cannot translate %s, and says which variable is missing', (_, change, variable) => {
    const translated = translate({ ...ended, ...change });
    expect(translated).toMatchObject({ rejected: { code: 'untranslatable', accountId: 'acc-17' } });
    expect('rejected' in translated && translated.rejected.message).toContain(variable);
  });

  it('keeps secrets of the template out of the raw form', () => {
    const { raw } = event({ ...ended, secret: 's3cret', crm_token: 's3cret', api_key: 's3cret' });
    expect(JSON.stringify(raw)).not.toContain('s3cret');
    expect(raw).toHaveProperty('call_session_id');
  });

  it('gives the same ids to the webhook and to the canonical event of the same fact', () => {
    const canonical = canonicalise(
      {
        schema_version: 1,
        account_id: 'acc-17',
        source: 'uis',
        type: 'call.ended',
        call_id: '1002003004',
        direction: 'in',
        client: { raw: '+7 (916) 123-45-67' },
        virtual_number: { raw: '+74951112233' },
        employee: { pbx_id: '40017' },
        talk_sec: 12,
      },
      { receivedAtMs: now, nowMs: now, knowsAccount: () => true },
    );
    const webhook = event(ended);
    expect(canonical).toMatchObject({ event: { event_id: webhook.event_id, content_hash: webhook.content_hash } });
  });

  it('goes by the names that a cabinet’s own template gives to parameters', () => {
    const { call_session_id, contact_phone_number, ...rest } = ended;
    const renamed = { ...rest, sid: call_session_id, client: { tel: contact_phone_number } };
    const translated = translateNotification(renamed, {
      ...cabinet,
      fieldMap: { call_session_id: 'sid', contact_phone_number: 'tel' },
    });
    expect(translated).toMatchObject({ events: [{ call_id: '1002003004', client: { raw: '79161234567' } }] });
  });

  it('reads a glued GET query end to end', () => {
    const query =
      'notification_name=%D0%92%D1%85%D0%BE%D0%B4%D1%8F%D1%89%D0%B8%D0%B9+%D0%B7%D0%B2%D0%BE%D0%BD%D0%BE%D0%BA&call_session_id=7contact_phone_number=+79161234567';
    const fields = readNotification({ query, body: Buffer.alloc(0) });
    expect(event({ ...fields })).toMatchObject({
      type: 'call.started',
      call_id: '7',
      client: { e164: '+79161234567' },
    });
  });
});
