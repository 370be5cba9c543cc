import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readNotification } from './notification-body.js';

const read = (body: string, query = '') => readNotification({ query, body: Buffer.from(body) });

describe('readNotification', () => {
  it('reads JSON, a form and a query alike', () => {
    const fields = { call_session_id: '1', notification_name: 'Входящий звонок' };
    const form = new URLSearchParams(fields).toString();
    expect(read(JSON.stringify(fields))).toEqual(fields);
    expect(read(form)).toEqual(fields);
    expect(read('', form)).toEqual(fields);
  });

  it('lets the body win over constants in the URL', () => {
    expect(read('{"a":"body"}', 'a=url&event=call.ended')).toEqual({ a: 'body', event: 'call.ended' });
  });

  it('parts parameters that a template glued together by a missing &', () => {
    expect(read('', 'call_session_id=1virtual_phone_number=74951112233last_talked_employee_id=7&direction=in')).toEqual(
      {
        call_session_id: '1',
        virtual_phone_number: '74951112233',
        last_talked_employee_id: '7',
        direction: 'in',
      },
    );
  });

  it('does not part a value that only looks like a variable', () => {
    expect(read('', 'scenario_name=direction&is_lost=true')).toEqual({ scenario_name: 'direction', is_lost: 'true' });
  });

  it('keeps ids of 64 bits that come as numbers', () => {
    expect(read('{"call_session_id":9007199254740993,"note":"9007199254740993 \\" 9007199254740993"}')).toEqual({
      call_session_id: '9007199254740993',
      note: '9007199254740993 " 9007199254740993',
    });
  });

  it.each([
    ['doubled quotes', '{"notification_name":""Завершение звонка"","a":""}', 'Завершение звонка', ''],
    ['an unfilled bare placeholder', '{"notification_name":{{notification_name}},"a":1}', '{{}}', 1],
    ['a variable that became nothing', '{"notification_name":,"a":1}', null, 1],
    ['a comma too many', '{"notification_name":"x","a":1,}', 'x', 1],
  ])('repairs %s', (_, body, name, a) => {
    expect(read(body)).toEqual({ notification_name: name, a });
  });

  it.each(['', '[1,2]', 'garbage', '{"a":', '\u0000'])('makes nothing out of %j', (body) => {
    expect(read(body)).toBeNull();
  });

  it('ends for any bytes, also many of them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), fc.string(), (body, query) => {
        readNotification({ query, body: Buffer.from(body) });
      }),
    );
    const long = Buffer.alloc(256 * 1024, '{"a":""');
    expect(readNotification({ query: '', body: long })).toBeNull();
  });
});
