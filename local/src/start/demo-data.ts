import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { type EmulatorState, readEmulatorState } from './emulator-state.js';
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
] as const satisfies readonly (keyof Demo)[];

/**
 * Makes the demo account through the REST API, as a customer's administrator would: account, portal with its long-lived
 * token, a canonical and a UIS source, an active integration, a login. An account that an earlier run made is used again, as it is.
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

  const before = await admin.call('GET', `${at}/integration`);
  const integration = demoIntegration(portalId, await readEmulatorState(place.emulatorUrl));
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
  };
}

/** A call that was answered makes a contact and a deal, a missed one an entry in "Неразобранное", in both directions. */
function demoIntegration(portalId: string, crm: EmulatorState): unknown {
  const [pipeline] = crm.pipelines;
  const [user] = crm.users;
  // The first stage of an amoCRM pipeline is "Неразобранное", where a deal cannot be created.
  const statusId = pipeline?.stageIds[1];
  if (pipeline === undefined || user === undefined || statusId === undefined) {
    throw new Error('the amoCRM emulator has no pipeline with stages, or no users');
  }
  const direction = {
    cells: {
      answeredUnknown: { enabled: true, action: 'create_contact_and_deal', pipelineId: pipeline.id, statusId },
      missedUnknown: { enabled: true, action: 'create_unsorted', pipelineId: pipeline.id },
      answeredKnown: { enabled: false },
      missedKnown: { enabled: false },
    },
    tagging: { enabled: false, number: 'client' },
    answeredTask: { enabled: false, text: 'Обработать звонок: {phone}', dueInMinutes: 60 },
    missedTask: { enabled: false, text: 'Перезвонить: {phone}', dueInMinutes: 60 },
    defaultResponsibleUserId: user.id,
    filteredNumbers: [],
    logCalls: true,
    createAt: 'answer',
    acceptedBy: 'first',
    activeDealScope: 'all',
    hiddenNumbers: 'ignore',
    unsortedRecordWaitSec: 0,
  };
  return { active: true, portalId, incoming: { ...direction, personalManagerRouting: false }, outgoing: direction };
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
