import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { demoEmployees, demoIntegration } from './demo-settings.js';
import { type EmulatorState, readEmulatorState } from './emulator-state.js';
import { createKnownClients } from './known-clients.js';
import { type SimulatedSources } from './services.js';
import { SettingsApiClient } from './settings-api-client.js';

/** The demo account as this machine remembers it; secrets are shown once, so they have to be kept. */
export interface Demo extends SimulatedSources {
  readonly portalId: string;
  readonly accountApiKey: string;
  /** Of the account's administrator, for the settings page. */
  readonly login: string;
  readonly password: string;
}

export interface DemoPlace {
  readonly settingsApiUrl: string;
  readonly platformAdminApiKey: string;
  readonly emulatorUrl: string;
  readonly amocrmToken: string;
  /** Where the demo is remembered between runs; mode 0600. */
  readonly file: string;
}

const FIELDS = [
  'accountId',
  'portalId',
  'accountApiKey',
  'login',
  'password',
  'canonicalSourceId',
  'canonicalSecret',
  'uisSourceId',
  'uisSecret',
  'itoolabsSourceId',
  'itoolabsSecret',
] as const satisfies readonly (keyof Demo)[];

/**
 * Makes the demo account through the REST API, as a customer's administrator would: account, portal with its long-lived
 * token, a source of each kind, employees mapped to amoCRM users, an active integration, a login. An account that an earlier
 * run made is used again, as it is.
 */
export async function ensureDemo(place: DemoPlace): Promise<Demo> {
  const admin = new SettingsApiClient(place.settingsApiUrl, place.platformAdminApiKey);
  const remembered = await recall(place.file);
  if (remembered !== undefined && (await admin.find(`/accounts/${remembered.accountId}`)) !== undefined) {
    return remembered;
  }
  const demo = await createDemo(admin, place);
  await writeFile(place.file, `${JSON.stringify(demo, undefined, 2)}\n`, { mode: 0o600 });
  return demo;
}

async function createDemo(admin: SettingsApiClient, place: DemoPlace): Promise<Demo> {
  const account = await admin.call('POST', '/accounts', { name: 'Демо' });
  const accountId = account.text('accountId');
  const at = `/accounts/${accountId}`;
  const portal = await admin.call('POST', `${at}/portals`, { name: 'Эмулятор amoCRM', url: place.emulatorUrl });
  const portalId = portal.text('portalId');
  await admin.call('PUT', `${at}/portals/${portalId}/credentials`, { longLivedToken: place.amocrmToken });

  const source = { timeZone: 'Europe/Moscow', settleDelaySec: 2, ringLimitSec: 120, routeFallback: 'branch' };
  const canonical = await admin.call('POST', `${at}/pbx-sources`, { ...source, kind: 'canonical' });
  const uis = await admin.call('POST', `${at}/pbx-sources`, { ...source, kind: 'uis' });
  const itoolabs = await admin.call('POST', `${at}/pbx-sources`, { ...source, kind: 'itoolabs' });

  const crm = await readEmulatorState(place.emulatorUrl);
  await mapEmployees(admin, at, crm);
  await createKnownClients(place.emulatorUrl, place.amocrmToken);
  const before = await admin.call('GET', `${at}/integration`);
  const integration = demoIntegration(portalId, crm);
  await admin.call(
    'PUT',
    `${at}/integration`,
    integration,
    before.etag === undefined ? {} : { 'if-match': before.etag },
  );
  const key = await admin.call('POST', `${at}/api-keys`, { name: 'npm start' });
  // A login is of the whole platform, and a database of yours may hold an earlier demo.
  const person = { login: `demo-${accountId.slice(-4)}`, password: randomBytes(9).toString('base64url') };
  await admin.call('POST', `${at}/users`, { ...person, name: 'Демо-администратор', role: 'account_admin' });
  return {
    accountId,
    portalId,
    accountApiKey: key.text('key'),
    ...person,
    canonicalSourceId: canonical.text('sourceId'),
    canonicalSecret: canonical.text('secret'),
    uisSourceId: uis.text('sourceId'),
    uisSecret: uis.text('secret'),
    itoolabsSourceId: itoolabs.text('sourceId'),
    itoolabsSecret: itoolabs.text('secret'),
  };
}

/** One amoCRM user per employee (R14), in the order in which the emulator has them. */
async function mapEmployees(admin: SettingsApiClient, at: string, crm: EmulatorState): Promise<void> {
  const employees = await admin.call('PUT', `${at}/employees`, demoEmployees);
  const ids = employees.list().map((employee) => employee.text('employeeId'));
  const mapping = ids.flatMap((employeeId, place) => {
    const user = crm.users[place];
    return user === undefined ? [] : [{ employeeId, crmUserId: user.id }];
  });
  await admin.call('PUT', `${at}/mapping`, mapping);
}

async function recall(file: string): Promise<Demo | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const known: unknown = JSON.parse(text);
  if (!isDemo(known)) return undefined;
  return known;
}

/** False for what an older version remembered: its account is left alone and another one is made. */
function isDemo(known: unknown): known is Demo {
  if (typeof known !== 'object' || known === null) return false;
  return FIELDS.every((field) => {
    const value: unknown = Reflect.get(known, field);
    return typeof value === 'string' && value !== '';
  });
}
