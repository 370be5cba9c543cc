import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { consentPage, isGenuineDisconnect, readConsent, Secret } from '../index.js';

const back = (query: string, extraOrigins: string[] = []) => readConsent(new URLSearchParams(query), extraOrigins);

describe('the consent page', () => {
  it('is the vendor’s, with our id and the state', () => {
    expect(consentPage('https://www.amocrm.ru/oauth', 'client-1', 'a b')).toBe(
      'https://www.amocrm.ru/oauth?client_id=client-1&state=a+b&mode=popup',
    );
  });
});

describe('what the browser brings back (§1.2)', () => {
  it('is a code and the account that it is for', () => {
    expect(back('code=c1&referer=Demo.amocrm.ru&state=s1&platform=1')).toEqual({
      kind: 'granted',
      code: 'c1',
      origin: 'https://demo.amocrm.ru',
      state: 's1',
    });
  });

  it('may be a refusal', () => {
    expect(back('error=access_denied&state=s1')).toEqual({ kind: 'refused', state: 's1' });
  });

  it.each(['evil.example', 'demo.amocrm.ru.evil.example', 'www.amocrm.ru', 'demo.amocrm.ru@evil.example', ''])(
    'is not believed when it names %j as the account: the secret would go there',
    (referer) => {
      expect(back(`code=c1&state=s1&referer=${referer}`)).toEqual({ kind: 'malformed', parameter: 'referer' });
    },
  );

  it('may name an origin that the environment adds', () => {
    expect(back('code=c&state=s&referer=127.0.0.1:3010', ['http://127.0.0.1:3010'])).toMatchObject({
      origin: 'http://127.0.0.1:3010',
    });
  });

  it.each([
    ['state', 'code=c1&referer=demo.amocrm.ru'],
    ['code', 'state=s1&referer=demo.amocrm.ru'],
  ])('is no answer without its %s', (parameter, query) => {
    expect(back(query)).toEqual({ kind: 'malformed', parameter });
  });
});

describe('a disconnect hook (§1.8)', () => {
  const integration = { clientId: 'client-1', clientSecret: new Secret('secret') };
  const signature = createHmac('sha256', 'secret').update('client-1|777').digest('hex');

  it('is amoCRM’s if it is signed with our secret', () => {
    expect(isGenuineDisconnect({ accountId: '777', clientUuid: 'client-1', signature }, integration)).toBe(true);
  });

  it.each([
    ['of another account', { accountId: '778', clientUuid: 'client-1', signature }],
    ['of another integration', { accountId: '777', clientUuid: 'client-2', signature }],
    ['cut short', { accountId: '777', clientUuid: 'client-1', signature: signature.slice(0, 62) }],
    ['without a signature', { accountId: '777', clientUuid: 'client-1', signature: '' }],
  ])('is refused with a signature %s', (_what, hook) => {
    expect(isGenuineDisconnect(hook, integration)).toBe(false);
  });
});
