import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '@perezvon/postgres';
import { migrations } from '../migrations/index.js';
import { writerSchema } from '../migrations/schema.js';
import { applyRetention } from './retention.js';

let database: TestDatabase;
const sql = (text: string, parameters: unknown[] = []): Promise<unknown[]> =>
  database.dataSource.query<unknown[]>(text, parameters);

beforeAll(async () => {
  database = await createTestDatabase({ schema: writerSchema, migrations });
}, 60_000);
beforeEach(() => sql('truncate account, portal, effect, cancelled_effect, client, own_card'));
afterAll(() => database.drop());

async function effect(account: string, state: string, ageDays: number): Promise<void> {
  await sql(
    `insert into effect (account_id, call_id, effect, portal_id, after_effects, command, revision, state, next_at, marker, created_at)
     values ($1, $2, 'note', $3, '{}', '{}', 1, $4, now(), 'm', now() - $5 * interval '1 day')`,
    [account, randomUUID(), randomUUID(), state, ageDays],
  );
}

const kept = async (): Promise<unknown[]> =>
  sql(
    `select account_id, state, extract(day from now() - created_at)::int as days from effect order by state, created_at`,
  );

describe('the ledger keeps', () => {
  it('a settled effect for 400 days, and what is not settled for ever', async () => {
    for (const state of ['done', 'skipped', 'discarded']) {
      await effect('a', state, 399);
      await effect('a', state, 401);
    }
    for (const state of ['waiting', 'in_doubt', 'parked', 'sending']) await effect('a', state, 401);
    await applyRetention(database.dataSource);
    expect(await kept()).toEqual(
      [
        ['discarded', 399],
        ['done', 399],
        ['in_doubt', 401],
        ['parked', 401],
        ['sending', 401],
        ['skipped', 399],
        ['waiting', 401],
      ].map(([state, days]) => ({ account_id: 'a', state, days })),
    );
  });

  it('nothing of an account that was deleted more than 8 days ago but what is still on its way', async () => {
    await sql(`insert into account (account_id, version, is_active, deleted_at)
               values ('gone', 1, false, now() - interval '9 days'), ('going', 1, false, now() - interval '7 days')`);
    for (const account of ['gone', 'going']) {
      for (const state of ['done', 'parked', 'in_doubt']) await effect(account, state, 10);
      await sql(
        `insert into cancelled_effect (account_id, call_id, effect, in_favour_of) values ($1, $2, 'note', $2)`,
        [account, randomUUID()],
      );
    }
    await applyRetention(database.dataSource);
    const names = await sql(`select account_id || ' ' || state as name from effect order by 1`);
    expect(names).toEqual(['going done', 'going in_doubt', 'going parked', 'gone in_doubt'].map((name) => ({ name })));
    expect(await sql(`select account_id from cancelled_effect`)).toEqual([{ account_id: 'going' }]);
  });

  it('what clients of a lane are known by only as long as a portal leads to it, and 8 days more', async () => {
    await sql(`insert into account (account_id, version, is_active) values ('a', 1, true)`);
    await sql(
      `insert into portal (portal_id, account_id, url, lane, deleted_at)
       values ($1, 'a', 'https://a', 'ru:1', null), ($2, 'a', 'https://b', 'ru:2', now() - interval '7 days'),
              ($3, 'a', 'https://c', 'ru:3', now() - interval '9 days')`,
      [randomUUID(), randomUUID(), randomUUID()],
    );
    for (const lane of ['ru:1', 'ru:2', 'ru:3', 'ru:never-met']) {
      await sql(`insert into client (lane, phone, as_of) values ($1, '+79161234567', now())`, [lane]);
      await sql(`insert into own_card (lane, phone, type, card_id) values ($1, '+79161234567', 'contact', 1)`, [lane]);
    }
    await applyRetention(database.dataSource);
    const lanes = [{ lane: 'ru:1' }, { lane: 'ru:2' }];
    expect(await sql('select lane from client order by lane')).toEqual(lanes);
    expect(await sql('select lane from own_card order by lane')).toEqual(lanes);
  });
});
