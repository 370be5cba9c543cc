import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { type SettingsApiClient } from './settings-api-client.js';

/** The login of somebody for whom nothing is set up: an account without portal and settings, to begin with on the page. */
export interface Newcomer {
  readonly accountId: string;
  readonly login: string;
  readonly password: string;
}

/**
 * Makes the empty account, as a PBX platform does for a customer whose calls it feeds to Kafka. One that an earlier run made
 * is used again, with whatever was set up in it since.
 *
 * @param file where it is remembered between runs; mode 0600
 */
export async function ensureNewcomer(admin: SettingsApiClient, file: string): Promise<Newcomer> {
  const remembered = await recall(file);
  if (remembered !== undefined && (await admin.find(`/accounts/${remembered.accountId}`)) !== undefined) {
    return remembered;
  }
  const account = await admin.call('POST', '/accounts', { name: 'Новая компания' });
  const accountId = account.text('accountId');
  const person = { login: `new-${accountId.slice(-4)}`, password: randomBytes(9).toString('base64url') };
  const user = { ...person, name: 'Новый администратор', role: 'account_admin' };
  await admin.call('POST', `/accounts/${accountId}/users`, user);
  const newcomer = { accountId, ...person };
  await writeFile(file, `${JSON.stringify(newcomer, undefined, 2)}\n`, { mode: 0o600 });
  return newcomer;
}

async function recall(file: string): Promise<Newcomer | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined); // the first run has none
  if (text === undefined) return undefined;
  const known: unknown = JSON.parse(text);
  return isNewcomer(known) ? known : undefined;
}

function isNewcomer(known: unknown): known is Newcomer {
  if (typeof known !== 'object' || known === null) return false;
  return ['accountId', 'login', 'password'].every((field) => typeof Reflect.get(known, field) === 'string');
}
