import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseExtraOrigins, portalUrl } from './index.js';

const extra = ['http://127.0.0.1:3010', 'https://amo.test:8443'];

describe('a portal address', () => {
  it.each([
    'demo.amocrm.ru',
    'https://demo.amocrm.ru',
    'https://demo.amocrm.ru/',
    'http://demo.amocrm.ru',
    '  https://demo.amocrm.ru/leads/pipeline/123?x=1#top  ',
    'HTTPS://Demo.AmoCRM.ru/dashboard/',
    'demo.amocrm.ru.',
    'demo.amocrm.ru:443',
    'https://demo.amocrm.ru:443/',
    'demo.amocrm.ru/leads/detail/1?email=a@b.c',
  ])('has one spelling: %s', (typed) => {
    expect(portalUrl(typed)).toEqual({ ok: true, origin: 'https://demo.amocrm.ru' });
  });

  it.each([
    ['demo.amocrm.com', 'https://demo.amocrm.com'],
    ['demo.kommo.com', 'https://demo.kommo.com'],
    ['new-4u.kommo.com/settings', 'https://new-4u.kommo.com'],
  ])('may be of each family: %s', (typed, origin) => expect(portalUrl(typed)).toEqual({ ok: true, origin }));

  it.each([
    ['', 'malformed'],
    ['   ', 'malformed'],
    ['https://', 'malformed'],
    ['demo amocrm.ru', 'malformed'],
    ['https://dem\to.amocrm.ru', 'malformed'],
    ['https://demo.amocrm.ru\\@evil.com', 'malformed'],
    ['демо.amocrm.ru', 'malformed'],
    ['demo.аmocrm.ru', 'malformed'],
    ['demo。amocrm。ru', 'malformed'],
    ['ｄemo.amocrm.ru', 'malformed'],
    ['xn--d1acufc.amocrm.ru', 'host'],
    ['x'.repeat(3000), 'malformed'],
    ['https://user:pass@demo.amocrm.ru', 'userinfo'],
    ['https://demo.amocrm.ru@evil.com', 'userinfo'],
    ['demo.amocrm.ru@evil.com', 'userinfo'],
    ['https://@demo.amocrm.ru', 'userinfo'],
    ['ftp://demo.amocrm.ru', 'scheme'],
    ['file://demo.amocrm.ru/etc/passwd', 'scheme'],
    ['https://demo.amocrm.ru:8443', 'port'],
    ['demo.amocrm.ru:22', 'port'],
    ['http://demo.amocrm.ru:8080', 'port'],
    ['evilamocrm.ru', 'host'],
    ['demo.evilamocrm.ru', 'host'],
    ['demo.amocrm.ru.evil.com', 'host'],
    ['evil.com/demo.amocrm.ru', 'host'],
    ['evil.com#demo.amocrm.ru', 'host'],
    ['evil.com?demo.amocrm.ru', 'host'],
    ['amocrm.ru', 'host'],
    ['www.amocrm.ru', 'host'],
    ['a.b.amocrm.ru', 'host'],
    ['-x.amocrm.ru', 'host'],
    ['.amocrm.ru', 'host'],
    ['demo..amocrm.ru', 'host'],
    ['demo.amocrm.ru..', 'host'],
    ['demo.amocrm.org', 'host'],
    ['localhost', 'host'],
    ['127.0.0.1', 'host'],
    ['http://127.0.0.1:3011', 'host'],
    ['http://2130706433', 'host'],
    ['http://0x7f.1', 'host'],
    ['http://[::1]', 'host'],
    ['http://[::ffff:127.0.0.1]', 'host'],
    ['http://169.254.169.254/latest/meta-data', 'host'],
    ['http://amo.test:8443', 'host'],
    ['https://127.0.0.1:3010', 'host'],
    ['javascript:alert(1)', 'malformed'],
  ])('is refused: %j', (typed, reason) => {
    expect(portalUrl(typed, extra)).toEqual({ ok: false, reason });
  });

  it.each([
    ['http://127.0.0.1:3010', 'http://127.0.0.1:3010'],
    ['http://127.0.0.1:3010/leads/', 'http://127.0.0.1:3010'],
    ['127.0.0.1:3010', 'http://127.0.0.1:3010'],
    ['AMO.test:8443', 'https://amo.test:8443'],
  ])('of an extra origin is taken as the environment names it: %s', (typed, origin) => {
    expect(portalUrl(typed, extra)).toEqual({ ok: true, origin });
    expect(portalUrl(typed)).toMatchObject({ ok: false });
  });

  it('never leads anywhere but to an account or an extra origin, whatever is typed', () => {
    const piece = fc.constantFrom(
      ...['http://', 'https://', '//', '/', '\\', '@', ':', '.', '#', '?', '%2e', '%00', '[', ']', '::1', ' ', '\t'],
      ...['amocrm.ru', '.amocrm.ru', '.kommo.com', 'demo', 'evil.com', '127.0.0.1', ':3010', ':80', 'www', 'ａ', 'а'],
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 8 }), (pieces) => {
        const url = portalUrl(pieces.join(''), extra);
        if (!url.ok || extra.includes(url.origin)) return;
        expect(url.origin).toMatch(/^https:\/\/[a-z0-9-]{1,63}\.(amocrm\.ru|amocrm\.com|kommo\.com)$/u);
        expect(new URL(url.origin).origin).toBe(url.origin);
        expect(portalUrl(url.origin)).toEqual(url);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('AMOCRM_EXTRA_ORIGINS', () => {
  it('is a comma list of origins', () => {
    expect(parseExtraOrigins(' http://127.0.0.1:3010 ,https://Amo.test:443,')).toEqual([
      'http://127.0.0.1:3010',
      'https://amo.test',
    ]);
    expect(parseExtraOrigins(undefined)).toEqual([]);
  });

  it.each(['127.0.0.1:3010', 'http://x/y', 'http://u:p@x', 'ftp://x', 'nonsense', 'http://x?y', '*'])(
    'is refused with %s, by name',
    (entry) => expect(() => parseExtraOrigins(`http://ok,${entry}`)).toThrow(entry),
  );
});
