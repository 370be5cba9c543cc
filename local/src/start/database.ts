import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { repositoryRoot } from '../paths.js';

const ROLES = {
  SETTINGS_API_DATABASE_URL: 'settings_api',
  CALL_INGEST_DATABASE_URL: 'call_ingest',
  DECISION_ENGINE_DATABASE_URL: 'decision_engine',
  AMOCRM_WRITER_DATABASE_URL: 'amocrm_writer',
} as const;

/** Each service's own database URL, by the variable that it reads. */
export type DatabaseUrls = Readonly<Record<keyof typeof ROLES, string>>;

/** Makes the product's database on a server of ours when it is missing; returns its URL (superuser). */
export async function createDatabase(serverUrl: string, name: string): Promise<string> {
  await connected(serverUrl, async (client) => {
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount === 0) await client.query(`create database ${pg.escapeIdentifier(name)}`);
  });
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/**
 * One role and schema per service (local/database/schemas.sql), each with a password that follows from the secret.
 *
 * @returns undefined when this role may not create roles (a managed database): the services then share its URL
 */
export async function provision(databaseUrl: string, secret: string): Promise<DatabaseUrls | undefined> {
  return connected(databaseUrl, async (client) => {
    const rights = await client.query<{ may: boolean }>(
      'select rolsuper or rolcreaterole as may from pg_roles where rolname = current_user',
    );
    if (rights.rows[0]?.may !== true) return undefined;
    await client.query(await readFile(join(repositoryRoot, 'local', 'database', 'schemas.sql'), 'utf8'));
    for (const role of Object.values(ROLES)) {
      const password = passwordOf(role, secret);
      const login = `alter role ${pg.escapeIdentifier(role)} login password ${pg.escapeLiteral(password)}`;
      await client.query(login);
    }
    return {
      SETTINGS_API_DATABASE_URL: asRole(databaseUrl, ROLES.SETTINGS_API_DATABASE_URL, secret),
      CALL_INGEST_DATABASE_URL: asRole(databaseUrl, ROLES.CALL_INGEST_DATABASE_URL, secret),
      DECISION_ENGINE_DATABASE_URL: asRole(databaseUrl, ROLES.DECISION_ENGINE_DATABASE_URL, secret),
      AMOCRM_WRITER_DATABASE_URL: asRole(databaseUrl, ROLES.AMOCRM_WRITER_DATABASE_URL, secret),
    };
  });
}

function asRole(databaseUrl: string, role: string, secret: string): string {
  const url = new URL(databaseUrl);
  url.username = role;
  url.password = passwordOf(role, secret);
  return url.href;
}

/** One for each role, so that no service can log in as another. */
function passwordOf(role: string, secret: string): string {
  return createHmac('sha256', secret).update(role).digest('base64url');
}

async function connected<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
