import { readFile, writeFile } from 'node:fs/promises';
import { type EmulatorState, readEmulatorState } from './emulator-state.js';
import { type SimulatedSources } from './services.js';
import { SettingsApiClient } from './settings-api-client.js';

/** The demo account as this machine remembers it; secrets are shown once, so they have to be kept. */
export interface Demo extends SimulatedSources {
  readonly portalId: string;
  readonly accountApiKey: string;
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
  'canonicalSourceId',
  'canonicalSecret',
  'uisSourceId',
  'uisSecret',
] as const satisfies readonly (keyof Demo)[];

/**
 * Makes the demo account through the REST API, as a customer's administrator would: account, portal with its long-lived
 * token, a canonical and a UIS source, an active integration. An account that an earlier run made is used again, as it is.
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
  return {
    accountId,
    portalId,
    accountApiKey: key.text('key'),
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
  const values = FIELDS.map((field): unknown =>
    typeof known === 'object' && known !== null ? Reflect.get(known, field) : '',
  );
  const [accountId, portalId, accountApiKey, canonicalSourceId, canonicalSecret, uisSourceId, uisSecret] = values.map(
    (value: unknown) => (typeof value === 'string' ? value : ''),
  );
  if (!accountId || !portalId || !accountApiKey) return undefined;
  if (!canonicalSourceId || !canonicalSecret || !uisSourceId || !uisSecret) return undefined;
  return { accountId, portalId, accountApiKey, canonicalSourceId, canonicalSecret, uisSourceId, uisSecret };
}
