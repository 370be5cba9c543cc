import { describe, expect, it } from '@jest/globals';
import { createLogger, maskPhone, NestLogger } from './index.js';

/** A logger and what it wrote, line by line. */
function recorded() {
  const lines: string[] = [];
  const logger = createLogger({
    service: 'spec',
    level: 'trace',
    destination: { write: (line: string) => void lines.push(line) },
  });
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? '') as Record<string, unknown> };
}

const phone = '+79161234567';
const secret = 'canary-5f3a9c';

describe('maskPhone', () => {
  it.each([
    ['+79161234567', '+7916***4567'],
    ['8 (916) 123-45-67', '8916***4567'],
    ['1234567', '1***4567'],
    ['102', '102'],
    ['anonymous', 'anonymous'],
  ])('%s → %s', (raw, masked) => {
    expect(maskPhone(raw)).toBe(masked);
  });
});

describe('a log line', () => {
  it('is one JSON object with service, level, time, ids and message', () => {
    const { logger, lines, last } = recorded();
    logger.info({ accountId: 'acme', callId: '79161234567', eventId: 'e1' }, 'call decided');
    expect(lines).toHaveLength(1);
    expect(last()).toMatchObject({
      service: 'spec',
      level: 'info',
      accountId: 'acme',
      callId: '79161234567',
      eventId: 'e1',
      msg: 'call decided',
    });
    expect(last()['time']).toMatch(/^\d{4}-.*Z$/);
  });

  it.each<[string, object]>([
    ['a token', { token: secret }],
    ['a token deep inside', { portal: { credentials: [{ access_token: secret }] } }],
    ['a header', { headers: { authorization: secret, Cookie: secret } }],
    ['a bearer in text', { note: `sent Bearer ${secret} to amoCRM` }],
    ['a password in an address', { url: `postgres://user:${secret}@db/x` }],
    ['a key', { 'apiKey': secret, 'x-api-key': secret, 'INTERNAL_API_KEY': secret }],
    ['bytes', { body: Buffer.from(secret) }],
    ['a request hanging on an error', { err: Object.assign(new Error('401'), { config: { headers: { a: secret } } }) }],
    ['parameters of a failed statement', { err: Object.assign(new Error('x'), { parameters: [secret] }) }],
    ['the row in a detail of Postgres', { err: Object.assign(new Error('x'), { detail: `Key (k)=(${secret})` }) }],
    ['a cause', { err: new Error('a', { cause: Object.assign(new Error('b'), { secret }) }) }],
  ])('never holds %s', (_what, fields) => {
    const { logger, lines } = recorded();
    logger.warn(fields, 'event');
    logger.child(fields).warn('event');
    expect(lines).toHaveLength(2);
    expect(lines.join()).not.toContain(secret);
    expect(lines.join()).not.toContain(Buffer.from(secret).toString('base64'));
  });

  it.each<[string, unknown[]]>([
    ['in a field', [{ phone }, 'event']],
    ['in a field without the plus', [{ client: { phone: '79161234567', numa: '9161234567' } }, 'event']],
    ['in a list', [{ phones: [phone, '89161234567'] }, 'event']],
    ['as a number', [{ phone: 79161234567 }, 'event']],
    ['in a Kafka key', [{ key: `acme:${phone}` }, 'event']],
    ['in the message', [`call of ${phone}`]],
    ['in an argument of the message', ['call of %s', phone]],
    ['in an error', [{ err: new Error(`no contact for ${phone}`) }, 'event']],
    ['in a bare error', [new Error(`no contact for ${phone}`)]],
    ['in the query of an address', [{ url: '/api/v4/contacts?query=79161234567' }, 'event']],
    ['as people spell it', [{ note: 'звонили с 8 (916) 123-45-67 и +7 916 123-45-67' }, 'event']],
    ['encoded in an address', [{ url: '/api/v4/contacts?query=%2B79161234567' }, 'event']],
  ])('never holds a whole phone number %s', (_where, args) => {
    const { logger, lines } = recorded();
    Reflect.apply(logger.error, logger, args);
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toMatch(/916\D{0,3}123\D?45\D?67/);
    expect(lines[0]).toMatch(/4567/);
  });

  it('keeps what names an error: type, message, code, stack and cause', () => {
    const { logger, last } = recorded();
    const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    logger.error({ err: new TypeError('broken', { cause }) }, 'failed');
    expect(last()).toMatchObject({
      err: { type: 'TypeError', message: 'broken', cause: { message: 'refused', code: 'ECONNREFUSED' } },
    });
    expect(String((last()['err'] as { stack: string }).stack)).toContain('log.spec');
  });

  it('survives a field that refers to itself', () => {
    const { logger, lines } = recorded();
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    logger.info({ loop }, 'event');
    expect(lines[0]).toContain('[too deep]');
  });
});

describe("Nest's messages", () => {
  it('come through the same logger and redaction, errors as errors', () => {
    const { logger, lines, last } = recorded();
    const nest = new NestLogger(logger);
    nest.log('Mapped {/x, GET} route', 'RouterExplorer');
    expect(last()).toMatchObject({ level: 'debug', context: 'RouterExplorer' });
    nest.error(`cannot reach ${phone}`, 'stack', 'Injector');
    expect(last()).toMatchObject({ level: 'error', context: 'Injector' });
    expect(lines.join()).not.toContain(phone);
  });
});
