import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Secret, type GrantResult, type TokenPair } from '@perezvon/amocrm';
import { createTestDatabase, type TestDatabase } from '@perezvon/postgres';
import {
  CredentialStore,
  credentialsMigrations,
  credentialsSchema,
  type CurrentToken,
  KeyRing,
  newCredentialsKey,
  TokenKeeper,
  type TokenKeeperOptions,
} from './index.js';

const day = 24 * 60 * 60_000;
const accountId = 'acme';
const keys = KeyRing.parse(newCredentialsKey('2026'));

let database: TestDatabase;
let store: CredentialStore;
beforeAll(async () => {
  database = await createTestDatabase({ schema: credentialsSchema, migrations: credentialsMigrations });
  store = new CredentialStore(database.dataSource, keys);
});
beforeEach(() => database.dataSource.query('truncate credentials.portal_tokens'));
afterAll(() => database.drop());

const pair = (name: string, lifeMs = day): TokenPair => ({
  accessToken: new Secret(`${name}-access`),
  refreshToken: new Secret(`${name}-refresh`),
  expiresAt: new Date(Date.now() + lifeMs),
  origin: 'https://demo.amocrm.ru',
});

/** amoCRM's token endpoint as it is documented: each refresh token works once. Answers may be scripted instead. */
class Endpoint {
  readonly used: string[] = [];
  private readonly script: GrantResult[] = [];

  constructor(private valid: string) {}

  answers(...results: GrantResult[]): this {
    this.script.push(...results);
    return this;
  }

  readonly refresh = (held: { refreshToken: Secret }): Promise<GrantResult> => {
    const token = held.refreshToken.reveal();
    this.used.push(token);
    const scripted = this.script.shift();
    if (scripted) return Promise.resolve(scripted);
    if (token !== this.valid) return Promise.resolve(refused);
    const next = `pair${this.used.length}`;
    this.valid = `${next}-refresh`;
    return Promise.resolve({ kind: 'done', value: pair(next) });
  };
}

const refused: GrantResult = { kind: 'stop_portal', reason: 'unauthorised' };
const lost: GrantResult = { kind: 'in_doubt', reason: 'first_byte_timeout' };
const blocked: GrantResult = { kind: 'stop_portal', reason: 'blocked' };

const keeper = (options?: TokenKeeperOptions): TokenKeeper => new TokenKeeper(database.dataSource, keys, options);
const access = (current: CurrentToken): string =>
  current.kind === 'token' ? current.token.accessToken.reveal() : current.kind;

/** A portal whose pair has so much of its life of a day left. */
async function portalWith(left: number, name = 'first'): Promise<string> {
  const portalId = randomUUID();
  await store.putOauthPair(portalId, accountId, pair(name));
  await database.dataSource.query(
    `update credentials.portal_tokens
        set updated_at = now() - (1 - $2::float8) * interval '1 day', access_expires_at = now() + $2 * interval '1 day'
      where portal_id = $1`,
    [portalId, left],
  );
  return portalId;
}

describe('a pair', () => {
  it('in the first four fifths of its life is used as it is', async () => {
    const portalId = await portalWith(0.21);
    const endpoint = new Endpoint('first-refresh');
    expect(access(await keeper().current(portalId, accountId, endpoint.refresh))).toBe('first-access');
    expect(endpoint.used).toEqual([]);
  });

  it.each([
    ['nears its end', 0.09],
    ['has expired', -1],
  ])('that %s is renewed, and the new one serves from then on', async (_what, left) => {
    const portalId = await portalWith(left);
    const endpoint = new Endpoint('first-refresh');
    expect(access(await keeper().current(portalId, accountId, endpoint.refresh))).toBe('pair1-access');
    expect(access(await keeper().current(portalId, accountId, endpoint.refresh))).toBe('pair1-access');
    expect(endpoint.used).toEqual(['first-refresh']);
    expect((await store.token(portalId))?.revision).toBe(2);
  });

  it('becomes due at another moment for each portal', async () => {
    const endpoint = new Endpoint('none').answers(...Array<GrantResult>(40).fill(blocked));
    for (let i = 0; i < 40; i += 1) {
      await keeper().current(await portalWith(0.15), accountId, endpoint.refresh);
    }
    expect(endpoint.used.length).toBeGreaterThan(5);
    expect(endpoint.used.length).toBeLessThan(35);
  });

  it('that amoCRM refuses before its time is renewed at once', async () => {
    const portalId = await portalWith(0.9);
    const endpoint = new Endpoint('first-refresh');
    const current = await keeper().current(portalId, accountId, endpoint.refresh, 'first-access');
    expect(access(current)).toBe('pair1-access');
  });

  it('that somebody has renewed since the refusal is not renewed again', async () => {
    const portalId = await portalWith(0.9, 'second');
    const endpoint = new Endpoint('second-refresh');
    expect(access(await keeper().current(portalId, accountId, endpoint.refresh, 'first-access'))).toBe('second-access');
    expect(endpoint.used).toEqual([]);
  });

  it('of another account is none, and is not refreshed', async () => {
    const portalId = await portalWith(-1);
    const endpoint = new Endpoint('first-refresh');
    expect(await keeper().current(portalId, 'rival', endpoint.refresh)).toEqual({ kind: 'none' });
    expect(endpoint.used).toEqual([]);
  });

  it('shows no token in what comes back', async () => {
    const current = await keeper().current(await portalWith(0.5), accountId, new Endpoint('x').refresh);
    expect(inspect(current, { depth: 9, showHidden: true })).not.toContain('first-access');
  });
});

describe('a long-lived token', () => {
  it('is never refreshed, also when it is refused', async () => {
    const portalId = randomUUID();
    await store.putLongLivedToken(portalId, accountId, 'long');
    const endpoint = new Endpoint('none');
    expect(access(await keeper().current(portalId, accountId, endpoint.refresh, 'long'))).toBe('long');
    expect(endpoint.used).toEqual([]);
  });
});

describe('two who need the pair at once', () => {
  it('in one process share one refresh', async () => {
    const portalId = await portalWith(-1);
    const endpoint = new Endpoint('first-refresh');
    const one = keeper();
    const both = await Promise.all([1, 2, 3].map(() => one.current(portalId, accountId, endpoint.refresh)));
    expect(both.map(access)).toEqual(['pair1-access', 'pair1-access', 'pair1-access']);
    expect(endpoint.used).toEqual(['first-refresh']);
  });

  it('in two processes: one refreshes, the other is told to look again', async () => {
    const portalId = await portalWith(-1);
    const endpoint = new Endpoint('first-refresh');
    let meanwhile: CurrentToken | undefined;
    const slow = async (held: { refreshToken: Secret }): Promise<GrantResult> => {
      meanwhile = await keeper().current(portalId, accountId, endpoint.refresh);
      return endpoint.refresh(held);
    };
    expect(access(await keeper().current(portalId, accountId, slow))).toBe('pair1-access');
    expect(meanwhile).toMatchObject({ kind: 'unavailable', reason: 'renewed_elsewhere' });
    expect(endpoint.used).toEqual(['first-refresh']);
  });

  it('do not hold the second one up while the old access token lives', async () => {
    const portalId = await portalWith(0.05);
    let meanwhile: CurrentToken | undefined;
    const slow = async (): Promise<GrantResult> => {
      meanwhile = await keeper().current(portalId, accountId, slow);
      return { kind: 'done', value: pair('second') };
    };
    await keeper().current(portalId, accountId, slow);
    expect(meanwhile && access(meanwhile)).toBe('first-access');
  });
});

describe('a refresh whose answer was lost', () => {
  it('is not repeated while it may still take effect; afterwards the old token is tried again, and works', async () => {
    const portalId = await portalWith(-1);
    const endpoint = new Endpoint('first-refresh').answers(lost);
    const first = await keeper().current(portalId, accountId, endpoint.refresh);
    expect(first).toMatchObject({ kind: 'unavailable', reason: 'first_byte_timeout', afterMs: 60_000 });
    expect(await keeper().current(portalId, accountId, endpoint.refresh)).toMatchObject({ kind: 'unavailable' });
    expect(endpoint.used).toEqual(['first-refresh']);

    const later = keeper({ claimMs: 0 });
    expect(access(await later.current(portalId, accountId, endpoint.refresh))).toBe('pair2-access');
  });

  it('and had taken effect: the old token is refused, consent is needed, and the reason says so', async () => {
    const portalId = await portalWith(-1);
    const endpoint = new Endpoint('first-refresh').answers(lost, refused);
    await keeper().current(portalId, accountId, endpoint.refresh);
    const later = await keeper({ claimMs: 0 }).current(portalId, accountId, endpoint.refresh);
    expect(later).toMatchObject({ kind: 'consent_needed', reason: 'answer_lost' });
  });

  it('by a process that died is known to the next one', async () => {
    const portalId = await portalWith(-1);
    await database.dataSource.query(`update credentials.portal_tokens set refresh_started_at = now()`);
    const endpoint = new Endpoint('none');
    const early = await keeper().current(portalId, accountId, endpoint.refresh);
    expect(early).toMatchObject({ kind: 'unavailable', reason: 'renewed_elsewhere' });
    const late = await keeper({ claimMs: 0 }).current(portalId, accountId, endpoint.refresh);
    expect(late).toMatchObject({ kind: 'consent_needed', reason: 'answer_lost' });
  });

  it('leaves the old access token in use for as long as it lives', async () => {
    const portalId = await portalWith(0.05);
    const endpoint = new Endpoint('first-refresh').answers(lost);
    expect(access(await keeper().current(portalId, accountId, endpoint.refresh))).toBe('first-access');
  });
});

describe('a revoked pair', () => {
  it('needs consent, and amoCRM is not asked again at each call', async () => {
    const portalId = await portalWith(-1);
    const endpoint = new Endpoint('none');
    const revoked = { kind: 'consent_needed', reason: 'revoked' };
    expect(await keeper().current(portalId, accountId, endpoint.refresh)).toMatchObject(revoked);
    expect(await keeper().current(portalId, accountId, endpoint.refresh)).toMatchObject(revoked);
    expect(endpoint.used).toHaveLength(1);
  });

  it('is asked about again later: the refusal may have been a wrong client secret of ours', async () => {
    const portalId = await portalWith(-1);
    const endpoint = new Endpoint('first-refresh').answers(refused);
    await keeper().current(portalId, accountId, endpoint.refresh);
    const later = keeper({ refusalHoldsMs: 0 });
    expect(access(await later.current(portalId, accountId, endpoint.refresh))).toBe('pair2-access');
  });

  it('works again by itself once somebody has given consent', async () => {
    const portalId = await portalWith(-1);
    const endpoint = new Endpoint('none');
    await keeper().current(portalId, accountId, endpoint.refresh);
    await store.putOauthPair(portalId, accountId, pair('consented'));
    expect(access(await keeper().current(portalId, accountId, endpoint.refresh))).toBe('consented-access');
  });
});

describe('a consent given while a refresh is on its way', () => {
  it.each<[string, GrantResult]>([
    ['done', { kind: 'done', value: pair('late') }],
    ['refused', refused],
    ['without an answer', blocked],
  ])('stands, also when the refresh ends %s', async (_how, answer) => {
    const portalId = await portalWith(-1);
    const current = await keeper().current(portalId, accountId, async () => {
      await store.putOauthPair(portalId, accountId, pair('consented'));
      return answer;
    });
    expect((await store.token(portalId))?.accessToken.reveal()).toBe('consented-access');
    expect(['consented-access', 'stopped']).toContain(access(current));
  });
});

describe('a refresh that used nothing up', () => {
  it.each<[string, GrantResult, object]>([
    ['429', { kind: 'retry', reason: 'rate_limited', afterMs: 7_000 }, { kind: 'unavailable', afterMs: 7_000 }],
    ['a block', blocked, { kind: 'stopped', result: blocked }],
  ])('after %s says so, and may be tried at once by whoever comes next', async (_what, answer, expected) => {
    const portalId = await portalWith(-1);
    const endpoint = new Endpoint('first-refresh').answers(answer);
    expect(await keeper().current(portalId, accountId, endpoint.refresh)).toMatchObject(expected);
    expect(access(await keeper().current(portalId, accountId, endpoint.refresh))).toBe('pair2-access');
  });

  it('because it could not even be sent throws, and leaves no claim', async () => {
    const portalId = await portalWith(-1);
    const endpoint = new Endpoint('first-refresh');
    const broken = (): Promise<GrantResult> => Promise.reject(new Error('not an account'));
    await expect(keeper().current(portalId, accountId, broken)).rejects.toThrow('not an account');
    expect(access(await keeper().current(portalId, accountId, endpoint.refresh))).toBe('pair1-access');
  });
});
