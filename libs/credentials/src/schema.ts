import { type MigrationClass, openDatabase, quoteIdentifier } from '@perezvon/postgres';
import { type DataSource } from 'typeorm';
import { PortalTokens1764000000000 } from './migrations/portal-tokens.js';
import { RefreshRefusals1764100000000 } from './migrations/refresh-refusals.js';

/** The Postgres schema that holds the tokens. */
export const credentialsSchema = 'credentials';

/** All migrations of the schema, oldest first. */
export const credentialsMigrations: readonly MigrationClass[] = [
  PortalTokens1764000000000,
  RefreshRefusals1764100000000,
];

/** The two services that may see tokens, by the names of their database roles. */
export interface CredentialsRoles {
  /** Puts and erases tokens. */
  settingsApi: string;
  /** Reads tokens and stores refreshed ones. */
  amocrmWriter: string;
}

/**
 * Brings the schema up to date and, if `roles` are given, lets exactly those two in. For the schema's owner: the role
 * behind `url`, which need not be a service's. Done at each start, so a role made later gets its rights then; where one
 * role does everything (a developer's machine) leave `roles` out.
 *
 * @returns the roles that do not exist yet, and so got nothing
 */
export async function migrateCredentials(url: string, roles?: CredentialsRoles): Promise<{ absentRoles: string[] }> {
  const dataSource = await openDatabase({
    url,
    schema: credentialsSchema,
    migrations: credentialsMigrations,
    poolSize: 1,
    applicationName: 'credentials-migrations',
    statementTimeoutMs: 30_000,
  });
  try {
    return { absentRoles: roles ? await grant(dataSource, roles) : [] };
  } finally {
    await dataSource.destroy();
  }
}

async function grant(dataSource: DataSource, { settingsApi, amocrmWriter }: CredentialsRoles): Promise<string[]> {
  const rights = [
    [settingsApi, 'select, insert, update, delete'],
    [amocrmWriter, 'select, update'],
  ] as const;
  const found: { rolname: string }[] = await dataSource.query(
    'select rolname from pg_roles where rolname = any($1::text[])',
    [rights.map(([role]) => role)],
  );
  const existing = new Set(found.map(({ rolname }) => rolname));
  for (const [role, privileges] of rights) {
    if (!existing.has(role)) continue;
    const name = quoteIdentifier(role);
    await dataSource.query(`grant usage on schema credentials to ${name}`);
    await dataSource.query(`grant ${privileges} on credentials.portal_tokens to ${name}`);
  }
  return rights.map(([role]) => role).filter((role) => !existing.has(role));
}
