import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type EmbeddedPostgres, startPostgres } from '../postgres/start-postgres.js';
import { createDatabase, type DatabaseUrls, provision } from './database.js';

describe('the database of the stack', () => {
  let server: EmbeddedPostgres;
  let urls: DatabaseUrls;

  beforeAll(async () => {
    server = await startPostgres({ isDurable: false });
    const database = await createDatabase(server.url, 'perezvon');
    await provision(database, 'first');
    // A second start does the same with the same data.
    expect(await createDatabase(server.url, 'perezvon')).toBe(database);
    const provisioned = await provision(database, 'secret');
    if (provisioned === undefined) throw new Error('a superuser may make roles');
    urls = provisioned;
  }, 60_000);
  afterAll(async () => {
    await server.dispose();
  });

  async function ask(url: string, sql: string): Promise<unknown> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  it('gives each service a schema of its own, and no way into another one', async () => {
    await ask(urls.CALL_INGEST_DATABASE_URL, 'create table call_ingest.spool (n int)');
    await expect(ask(urls.DECISION_ENGINE_DATABASE_URL, 'select * from call_ingest.spool')).rejects.toMatchObject({
      code: '42501',
    });
    await expect(ask(urls.AMOCRM_WRITER_DATABASE_URL, 'create schema mine')).rejects.toMatchObject({ code: '42501' });
    await expect(ask(urls.AMOCRM_WRITER_DATABASE_URL, 'create table public.t (n int)')).rejects.toMatchObject({
      code: '42501',
    });
  });

  it('gives the credentials to settings-api, and lets amocrm-writer and nobody else read and refresh them', async () => {
    await ask(urls.SETTINGS_API_DATABASE_URL, 'create table credentials.tokens (n int)');
    expect(await ask(urls.AMOCRM_WRITER_DATABASE_URL, 'select * from credentials.tokens')).toEqual([]);
    await ask(urls.AMOCRM_WRITER_DATABASE_URL, 'update credentials.tokens set n = 1');
    await expect(ask(urls.AMOCRM_WRITER_DATABASE_URL, 'delete from credentials.tokens')).rejects.toMatchObject({
      code: '42501',
    });
    await expect(ask(urls.CALL_INGEST_DATABASE_URL, 'select * from credentials.tokens')).rejects.toMatchObject({
      code: '42501',
    });
  });
});
