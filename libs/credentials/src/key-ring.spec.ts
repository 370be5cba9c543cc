import { describe, expect, it } from '@jest/globals';
import { KeyRing, newCredentialsKey } from './index.js';

describe('CREDENTIALS_KEYS', () => {
  it('encrypts with the first key', () => {
    const [a, b] = [newCredentialsKey('a'), newCredentialsKey('b')];
    expect(KeyRing.parse(`${a}, ${b}`).primaryId).toBe('a');
    expect(KeyRing.parse(`${b},${a},`).primaryId).toBe('b');
  });

  it.each([
    ['nothing', '', 'there is no key'],
    ['no id', newCredentialsKey('a').slice(1), 'key 1 is not id:key'],
    ['no key', 'a:', 'key 1 is not id:key'],
    ['a short key', `a:${Buffer.alloc(16).toString('base64')}`, 'key 1 is not id:key'],
    ['not base64', `a:${'*'.repeat(43)}=`, 'key 1 is not id:key'],
    ['the second bad', `${newCredentialsKey('a')},b:x`, 'key 2 is not id:key'],
    ['an id twice', `${newCredentialsKey('a')},${newCredentialsKey('a')}`, 'key id "a" is there twice'],
  ])('is refused with %s, without its content in the message', (_what, text, message) => {
    let problem = '';
    try {
      KeyRing.parse(text);
    } catch (error) {
      problem = String(error);
    }
    expect(problem).toContain(message);
    for (const key of text.match(/[A-Za-z0-9+/*]{20,}/gu) ?? []) expect(problem).not.toContain(key);
  });
});
