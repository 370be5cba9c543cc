import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '@perezvon/postgres';
import { CredentialStore, credentialsMigrations, credentialsSchema, KeyRing, newCredentialsKey } from '../index.js';
import { run } from './run.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ schema: credentialsSchema, migrations: credentialsMigrations });
});
afterAll(() => database.drop());

async function say(words: string, env: Record<string, string> = {}) {
  const said = { out: '', err: '' };
  const code = await run(words === '' ? [] : words.split(' '), {
    env,
    out: (text) => void (said.out += `${text}\n`),
    err: (text) => void (said.err += `${text}\n`),
  });
  return { ...said, code };
}

describe('npm run credentials', () => {
  it('replaces a key: the old one holds nothing afterwards, and a token that no key opens is named', async () => {
    const [oldKey, lostKey] = [newCredentialsKey('2025'), newCredentialsKey('lost')];
    const store = (keys: string) => new CredentialStore(database.dataSource, KeyRing.parse(keys));
    const lost = randomUUID();
    await store(oldKey).putLongLivedToken(randomUUID(), 'acme', 'canary-token');
    await store(lostKey).putLongLivedToken(lost, 'acme', 'canary-token');

    const newKey = (await say('new-key 2026')).out.trim();
    const env = { CREDENTIALS_KEYS: `${newKey},${oldKey}`, DATABASE_URL: database.url };
    const done = await say('reencrypt', env);
    expect(done).toMatchObject({
      code: 1,
      out: '1 encrypted with the first key\n',
      err: expect.stringContaining(lost),
    });
    expect(await say('keys', env)).toMatchObject({ code: 0, out: '2026: 1\nlost: 1\n' });
    expect(JSON.stringify(done)).not.toMatch(/canary/u);
  });

  it.each([
    ['', {}, 0],
    ['new-key', {}, 2],
    ['new-key a:b', {}, 2],
    ['rotate', {}, 2],
    ['keys', { CREDENTIALS_KEYS: 'x' }, 1],
    ['keys', { DATABASE_URL: 'postgres://x' }, 1],
    ['keys', { CREDENTIALS_KEYS: 'nonsense', DATABASE_URL: 'postgres://x' }, 1],
  ])('%j with %j ends with %i and words', async (words, env, code) => {
    const said = await say(words, env);
    expect(said.code).toBe(code);
    expect(said.out + said.err).not.toBe('');
  });
});
