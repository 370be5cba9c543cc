import { openDatabase } from '@perezvon/postgres';
import { CredentialStore } from '../credential-store.js';
import { CredentialsError } from '../errors.js';
import { KeyRing, newCredentialsKey } from '../key-ring.js';
import { credentialsMigrations, credentialsSchema } from '../schema.js';

/** What the command line uses of the outside. */
export interface Terminal {
  env: Readonly<Record<string, string | undefined>>;
  out: (text: string) => void;
  err: (text: string) => void;
}

const failed = 1;
const misused = 2;

const help = `The keys that amoCRM tokens are encrypted with. A key is replaced so:

  npm run credentials -- new-key 2027     prints a key; put it first in CREDENTIALS_KEYS, restart settings-api and amocrm-writer
  npm run credentials -- reencrypt        encrypts every token with the first key; may be repeated, the services go on meanwhile
  npm run credentials -- keys             how many tokens each key holds; a key that is not named may leave CREDENTIALS_KEYS

CREDENTIALS_KEYS and SETTINGS_API_DATABASE_URL or DATABASE_URL say which keys and where.
Exit code: 0 done, ${failed} some token could not be opened or the environment is not usable, ${misused} not understood.`;

/** One command from its words to its exit code. No token and no key is shown but the one that `new-key` makes. */
export async function run([command, keyId, ...more]: readonly string[], terminal: Terminal): Promise<number> {
  if (command === undefined || command === '--help' || command === 'help') {
    terminal.out(help);
    return 0;
  }
  if (command === 'new-key' && keyId !== undefined && /^[\w.-]{1,32}$/u.test(keyId) && more.length === 0) {
    terminal.out(newCredentialsKey(keyId));
    return 0;
  }
  if ((command !== 'reencrypt' && command !== 'keys') || keyId !== undefined) {
    terminal.err(help);
    return misused;
  }
  const { CREDENTIALS_KEYS: keys, SETTINGS_API_DATABASE_URL: own, DATABASE_URL: shared } = terminal.env;
  const url = own ?? shared;
  if (keys === undefined || url === undefined) {
    terminal.err(keys === undefined ? 'CREDENTIALS_KEYS is not set' : 'DATABASE_URL is not set');
    return failed;
  }
  try {
    return await withStore(url, KeyRing.parse(keys), (store) =>
      command === 'keys' ? tellKeys(store, terminal) : reencrypt(store, terminal),
    );
  } catch (error) {
    if (!(error instanceof CredentialsError)) throw error;
    terminal.err(error.message);
    return failed;
  }
}

async function tellKeys(store: CredentialStore, { out }: Terminal): Promise<number> {
  const inUse = await store.keysInUse();
  for (const [id, portals] of inUse) out(`${id}: ${portals}`);
  if (inUse.size === 0) out('no tokens are stored');
  return 0;
}

async function reencrypt(store: CredentialStore, terminal: Terminal): Promise<number> {
  const { reencrypted, failedPortalIds } = await store.reencryptAll();
  terminal.out(`${reencrypted} encrypted with the first key`);
  for (const portalId of failedPortalIds) {
    terminal.err(`portal ${portalId}: no key of CREDENTIALS_KEYS opens its token; it has to be authorised again`);
  }
  return failedPortalIds.length === 0 ? 0 : failed;
}

async function withStore<T>(url: string, keys: KeyRing, work: (store: CredentialStore) => Promise<T>): Promise<T> {
  const dataSource = await openDatabase({
    url,
    schema: credentialsSchema,
    migrations: credentialsMigrations,
    poolSize: 1,
    applicationName: 'credentials-cli',
    statementTimeoutMs: 30_000,
  });
  try {
    return await work(new CredentialStore(dataSource, keys));
  } finally {
    await dataSource.destroy();
  }
}
