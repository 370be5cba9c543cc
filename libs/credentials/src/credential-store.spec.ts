import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '@perezvon/postgres';
import fc from 'fast-check';
import { Client } from 'pg';
import {
  CredentialStore,
  credentialsMigrations,
  credentialsSchema,
  KeyRing,
  migrateCredentials,
  newCredentialsKey,
} from './index.js';

const oldKey = newCredentialsKey('2025');
const newKey = newCredentialsKey('2026');
const visible = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((c) => String.fromCharCode(c)),
  minLength: 1,
});

let database: TestDatabase;
const storeWith = (keys: string): CredentialStore => new CredentialStore(database.dataSource, KeyRing.parse(keys));

beforeAll(async () => {
  database = await createTestDatabase({ schema: credentialsSchema, migrations: credentialsMigrations });
});
beforeEach(() => database.dataSource.query('truncate credentials.portal_tokens'));
afterAll(() => database.drop());

describe('a portal token', () => {
  it('comes back as it was put, whatever it is made of', async () => {
    const store = storeWith(newKey);
    await fc.assert(
      fc.asyncProperty(
        fc.uuid(),
        fc.string({ minLength: 1 }).filter((s) => !s.includes('\0')),
        visible,
        async (portalId, accountId, token) => {
          await store.erase(portalId);
          await store.putLongLivedToken(portalId, accountId, token);
          const held = await store.token(portalId);
          expect(held?.accessToken.reveal()).toBe(token);
          expect(held?.accountId).toBe(accountId);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is found whatever the case of the portal id', async () => {
    const store = storeWith(newKey);
    const portalId = randomUUID();
    await store.putLongLivedToken(portalId.toUpperCase(), 'acme', 'token');
    expect((await store.token(portalId))?.accessToken.reveal()).toBe('token');
  });

  it('loses the spaces and line ends that were pasted with it', async () => {
    const store = storeWith(newKey);
    const portalId = randomUUID();
    await store.putLongLivedToken(portalId, 'acme', '  token\r\n');
    expect((await store.token(portalId))?.accessToken.reveal()).toBe('token');
  });

  it.each(['', ' ', 'two words', 'line\nbreak', 'кириллица', 'x'.repeat(16_385)])(
    'is refused when it is no token: %j',
    async (token) => {
      await expect(storeWith(newKey).putLongLivedToken(randomUUID(), 'acme', token)).rejects.toMatchObject({
        code: 'malformed_token',
      });
    },
  );

  it('is replaced by the next one, under a higher revision', async () => {
    const store = storeWith(newKey);
    const portalId = randomUUID();
    await store.putLongLivedToken(portalId, 'acme', 'first');
    await store.putLongLivedToken(portalId, 'acme', 'second');
    const held = await store.token(portalId);
    expect([held?.accessToken.reveal(), held?.revision]).toEqual(['second', 2]);
  });

  it('of another account is not overwritten', async () => {
    const store = storeWith(newKey);
    const portalId = randomUUID();
    await store.putLongLivedToken(portalId, 'acme', 'acme-token');
    await expect(store.putLongLivedToken(portalId, 'rival', 'rival-token')).rejects.toMatchObject({
      code: 'portal_of_another_account',
    });
    expect((await store.token(portalId))?.accessToken.reveal()).toBe('acme-token');
  });

  it('is none after it was erased', async () => {
    const store = storeWith(newKey);
    const portalId = randomUUID();
    await store.putLongLivedToken(portalId, 'acme', 'token');
    expect(await store.erase(portalId)).toBe(true);
    expect(await store.token(portalId)).toBeUndefined();
    expect(await store.erase(portalId)).toBe(false);
  });

  it('says when it expires, if it is a JWT that says so', async () => {
    const store = storeWith(newKey);
    const portalId = randomUUID();
    const claims = Buffer.from(JSON.stringify({ exp: 1_893_456_000 })).toString('base64url');
    await store.putLongLivedToken(portalId, 'acme', `e30.${claims}.c2ln`);
    expect((await store.token(portalId))?.expiresAt).toEqual(new Date('2030-01-01T00:00:00Z'));
    await store.putLongLivedToken(portalId, 'acme', 'not.a.jwt');
    expect(await store.token(portalId)).not.toHaveProperty('expiresAt');
  });

  it('is told about without its key: whoever shows the status needs no secret for it', async () => {
    const portalId = randomUUID();
    const claims = Buffer.from(JSON.stringify({ exp: 1_893_456_000 })).toString('base64url');
    await storeWith(newKey).putLongLivedToken(portalId, 'acme', `e30.${claims}.c2ln`);
    const stranger = storeWith(newCredentialsKey('another'));
    await expect(stranger.token(portalId)).rejects.toMatchObject({ code: 'unknown_key' });
    expect(await stranger.about(portalId)).toEqual({
      kind: 'long_lived',
      expiresAt: new Date('2030-01-01T00:00:00Z'),
    });
    expect(await stranger.about(randomUUID())).toBeUndefined();
  });

  it('shows itself to nobody who prints it', async () => {
    const store = storeWith(newKey);
    const portalId = randomUUID();
    await store.putLongLivedToken(portalId, 'acme', 'canary-token');
    const held = await store.token(portalId);
    const prints = [JSON.stringify(held), inspect(held, { depth: 9, showHidden: true }), String(held?.accessToken)];
    expect(prints.join()).not.toContain('canary');
    expect(prints.join()).toContain('<secret>');
  });
});

describe('at rest', () => {
  it('no token stands in the table', async () => {
    await storeWith(newKey).putLongLivedToken(randomUUID(), 'acme', 'canary-token');
    const rows: Record<string, unknown>[] = await database.dataSource.query('select * from credentials.portal_tokens');
    const cells = rows.flatMap((row) => Object.values(row));
    expect(cells.length).toBeGreaterThan(10);
    const holding = (word: string) =>
      cells.filter((cell) => (Buffer.isBuffer(cell) ? cell : String(cell)).includes(word)).length;
    expect({ account: holding('acme'), token: holding('canary') }).toEqual({ account: 1, token: 0 });
  });

  it('equal tokens have different ciphertexts', async () => {
    const store = storeWith(newKey);
    await store.putLongLivedToken(randomUUID(), 'acme', 'same');
    await store.putLongLivedToken(randomUUID(), 'acme', 'same');
    const rows: { n: number }[] = await database.dataSource.query(
      'select count(distinct access_token)::int as n from credentials.portal_tokens',
    );
    expect(rows).toEqual([{ n: 2 }]);
  });

  it.each([
    ['portal', `portal_id = '11111111-1111-4111-8111-111111111111'`, '11111111-1111-4111-8111-111111111111'],
    ['account', `account_id = 'rival'`, undefined],
    ['kind', `kind = 'oauth', refresh_token = access_token`, undefined],
  ])('a row moved to another %s does not open', async (_what, change, movedTo) => {
    const store = storeWith(newKey);
    const portalId = randomUUID();
    await store.putLongLivedToken(portalId, 'acme', 'token');
    await database.dataSource.query(`update credentials.portal_tokens set ${change}`);
    await expect(store.token(movedTo ?? portalId)).rejects.toMatchObject({ code: 'not_decryptable' });
  });

  it('a row with any one byte changed does not open', async () => {
    const store = storeWith(newKey);
    const portalId = randomUUID();
    await store.putLongLivedToken(portalId, 'acme', 'token');
    const length = 12 + 16 + 'token'.length;
    for (let at = 0; at < length; at += 1) {
      const flip = `set access_token = set_byte(access_token, $1, get_byte(access_token, $1) # 1)`;
      await database.dataSource.query(`update credentials.portal_tokens ${flip}`, [at]);
      await expect(store.token(portalId)).rejects.toMatchObject({ code: 'not_decryptable' });
      await database.dataSource.query(`update credentials.portal_tokens ${flip}`, [at]);
    }
    expect((await store.token(portalId))?.accessToken.reveal()).toBe('token');
  });

  it('a row cut short does not open', async () => {
    const store = storeWith(newKey);
    const portalId = randomUUID();
    await store.putLongLivedToken(portalId, 'acme', 'token');
    await database.dataSource.query('update credentials.portal_tokens set access_token = substr(access_token, 1, 20)');
    await expect(store.token(portalId)).rejects.toMatchObject({ code: 'not_decryptable' });
  });

  it('another key under the same id does not open, and the error shows no secret', async () => {
    const portalId = randomUUID();
    await storeWith(newKey).putLongLivedToken(portalId, 'acme', 'canary-token');
    const wrong = newCredentialsKey('2026');
    const error: unknown = await storeWith(wrong)
      .token(portalId)
      .then(
        () => undefined,
        (e: unknown) => e,
      );
    expect(error).toMatchObject({ code: 'not_decryptable' });
    const print = inspect(error, { depth: 9, showHidden: true });
    expect(print).not.toContain('canary');
    expect(print).not.toContain(wrong.slice(5));
  });

  it('a key that has left CREDENTIALS_KEYS is named', async () => {
    const portalId = randomUUID();
    await storeWith(oldKey).putLongLivedToken(portalId, 'acme', 'token');
    await expect(storeWith(newKey).token(portalId)).rejects.toMatchObject({
      code: 'unknown_key',
      message: 'CREDENTIALS_KEYS has no key "2025"',
    });
  });
});

describe('rotation', () => {
  it('moves every row to the first key, over more than one batch; the old key may then go', async () => {
    const old = storeWith(oldKey);
    const portals = Array.from({ length: 205 }, () => randomUUID());
    for (const portalId of portals) await old.putLongLivedToken(portalId, 'acme', `token-of-${portalId}`);
    const both = storeWith(`${newKey},${oldKey}`);
    expect((await both.token(portals[0] ?? ''))?.accessToken.reveal()).toBe(`token-of-${portals[0]}`);

    expect(await both.reencryptAll()).toEqual({ reencrypted: 205, failedPortalIds: [] });

    expect(await both.keysInUse()).toEqual(new Map([['2026', 205]]));
    for (const portalId of portals) {
      expect((await storeWith(newKey).token(portalId))?.accessToken.reveal()).toBe(`token-of-${portalId}`);
    }
    expect(await both.reencryptAll()).toEqual({ reencrypted: 0, failedPortalIds: [] });
  });

  it('renews both halves of an OAuth pair', async () => {
    const portalId = randomUUID();
    const accountId = 'acme';
    const ring = KeyRing.parse(oldKey);
    const access = ring.seal('access', { portalId, accountId, kind: 'oauth_access' });
    const refresh = ring.seal('refresh', { portalId, accountId, kind: 'oauth_refresh' });
    await database.dataSource.query(
      `insert into credentials.portal_tokens (portal_id, account_id, kind, key_id, access_token, refresh_token)
       values ($1, $2, 'oauth', $3, $4, $5)`,
      [portalId, accountId, access.keyId, access.bytes, refresh.bytes],
    );
    await storeWith(`${newKey},${oldKey}`).reencryptAll();
    const rows: { key_id: string; refresh_token: Buffer }[] = await database.dataSource.query(
      'select key_id, refresh_token from credentials.portal_tokens',
    );
    const [row] = rows;
    if (!row) throw new Error('the row has gone');
    const opened = KeyRing.parse(newKey).open(
      { keyId: row.key_id, bytes: row.refresh_token },
      { portalId, accountId, kind: 'oauth_refresh' },
    );
    expect(opened).toBe('refresh');
    expect((await storeWith(newKey).token(portalId))?.accessToken.reveal()).toBe('access');
  });

  it('names the rows it cannot open, leaves them, and goes on', async () => {
    const lost = storeWith(newCredentialsKey('lost'));
    const [a, b] = [randomUUID(), randomUUID()];
    await lost.putLongLivedToken(a, 'acme', 'unreadable');
    await storeWith(oldKey).putLongLivedToken(b, 'acme', 'readable');
    const both = storeWith(`${newKey},${oldKey}`);
    expect(await both.reencryptAll()).toEqual({ reencrypted: 1, failedPortalIds: [a] });
    expect(await both.keysInUse()).toEqual(
      new Map([
        ['2026', 1],
        ['lost', 1],
      ]),
    );
  });
});

describe('who may see the table', () => {
  const suffix = randomUUID().slice(0, 8);
  const roles = { settingsApi: `settings_${suffix}`, amocrmWriter: `writer_${suffix}` };
  const stranger = `stranger_${suffix}`;

  beforeAll(async () => {
    expect(await migrateCredentials(database.url, roles)).toEqual({
      absentRoles: [roles.settingsApi, roles.amocrmWriter],
    });
    for (const role of [...Object.values(roles), stranger]) await database.dataSource.query(`create role ${role}`);
    expect(await migrateCredentials(database.url, roles)).toEqual({ absentRoles: [] });
    // Every start does it again.
    expect(await migrateCredentials(database.url, roles)).toEqual({ absentRoles: [] });
  });
  afterAll(async () => {
    for (const role of [...Object.values(roles), stranger]) {
      await database.dataSource.query(`drop owned by ${role}`);
      await database.dataSource.query(`drop role ${role}`);
    }
  });

  it.each([
    ['settings-api', roles.settingsApi, { select: true, insert: true, update: true, delete: true }],
    ['amocrm-writer', roles.amocrmWriter, { select: true, insert: false, update: true, delete: false }],
    ['every other role', stranger, { select: false, insert: false, update: false, delete: false }],
  ])('%s has exactly its rights', async (_who, role, rights) => {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      await client.query(`set role ${role}`);
      const may = async (sql: string): Promise<boolean> =>
        client.query(`explain ${sql}`).then(
          () => true,
          (error: { code?: string }) => {
            if (error.code !== '42501') throw new Error(`unexpected ${error.code}`);
            return false;
          },
        );
      const table = 'credentials.portal_tokens';
      expect({
        select: await may(`select * from ${table}`),
        insert: await may(`insert into ${table} (portal_id) values (null)`),
        update: await may(`update ${table} set revision = revision + 1`),
        delete: await may(`delete from ${table} where portal_id is null`),
      }).toEqual(rights);
    } finally {
      await client.end();
    }
  });
});
