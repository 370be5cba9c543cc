import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Secret } from '@perezvon/amocrm';
import type { PortalStatus, Settings } from '@perezvon/contracts';
import type { Writer } from '../writer.js';
import { accountId, Call } from './commands.js';
import { token, World } from './world.js';

/** One of the emulator's portals, connected and read. */
class Connected {
  readonly portalId = randomUUID();
  readonly call = new Call(this.portalId, '+79161234567');

  constructor(
    readonly world: World,
    private readonly emulatorId: string,
    readonly url: string,
  ) {}

  get emulated() {
    return this.world.emulator.control.portal(this.emulatorId);
  }

  /** As a click on the emulator's page, until it is clicked again. */
  fault(rule: object): void {
    this.world.fault({ portal: this.emulatorId, count: null, ...rule });
  }

  /** A pair that has run out, and that amoCRM has never heard of: the next request begins with its renewal. */
  async giveOldPair(): Promise<void> {
    await this.world.credentials.putOauthPair(this.portalId, accountId, {
      accessToken: new Secret('run-out'),
      refreshToken: new Secret('never-given'),
      expiresAt: new Date(0),
      origin: this.url,
    });
  }

  revokeTokens(): void {
    for (const id of this.emulated.tokens.ids()) this.emulated.tokens.revoke(id);
  }
}

/** What happens to the portal, and what its status says then. */
type Case = [name: string, happens: (portal: Connected) => unknown, shows: (status: PortalStatus) => boolean];

const stop =
  (reason: string, cause: string | null = null) =>
  ({ stop: now }: PortalStatus): boolean =>
    now?.reason === reason && (now.cause ?? null) === cause;
const trouble =
  (reason: RegExp) =>
  ({ stop: now, trouble: why }: PortalStatus): boolean =>
    now === null && why != null && reason.test(why.reason);
const monthAgoSec = (): number => Math.floor(Date.now() / 1000) - 31 * 24 * 3600;

const cases: readonly Case[] = [
  ['a revoked token (401)', (portal) => portal.revokeTokens(), stop('unauthorised')],
  ['a renewal that is refused', (portal) => portal.giveOldPair(), stop('unauthorised', 'refresh_refused')],
  [
    'a renewal that gets no answer',
    (portal) => {
      portal.fault({ kind: 'http_error', status: 503, path: '/oauth2/access_token' });
      return portal.giveOldPair();
    },
    trouble(/^token_unavailable$/),
  ],
  ['no credentials', ({ world, portalId }) => world.credentials.erase(portalId), stop('no_credentials')],
  [
    'a subscription that ended (402)',
    ({ emulated }) => (emulated.settings.subscriptionEndedAt = monthAgoSec()),
    stop('unpaid'),
  ],
  ['a blocked account (403)', ({ emulated }) => emulated.limiter.block(), stop('blocked')],
  [
    'an address of ours that is not allowed (403)',
    ({ emulated }) => (emulated.settings.ipAllowed = false),
    stop('ip_not_allowed'),
  ],
  [
    'a token without rights (403)',
    (portal) => portal.fault({ kind: 'http_error', status: 403, html: false, method: 'POST' }),
    stop('no_rights'),
  ],
  [
    'a token that may not read contacts (403), whose calls were parked',
    (portal) => portal.fault({ kind: 'http_error', status: 403, html: false, method: 'GET', path: '/api/v4/contacts' }),
    stop('no_rights'),
  ],
  [
    'an account that is deleted, or has another address',
    (portal) => portal.fault({ kind: 'http_error', status: 404, html: true }),
    stop('not_found'),
  ],
  [
    'too many requests (429)',
    (portal) => {
      portal.emulated.settings.blockAfterRejections = 0;
      portal.fault({ kind: 'rate_limit_burst', retryAfterSec: null });
    },
    trouble(/^rate_limited$/),
  ],
  [
    'servers that break down (5xx)',
    (portal) => portal.fault({ kind: 'http_error', status: 503, method: 'GET' }),
    trouble(/^unavailable$/),
  ],
  ['no connection', (portal) => portal.fault({ kind: 'reset_before_body' }), trouble(/^connection_/)],
  [
    "the tariff's limit",
    ({ emulated }) => (emulated.settings.entityLimit = 0),
    ({ stop: now, limit }) => now === null && limit != null,
  ],
];

let world: World;
let writer: Writer;
let portals: Connected[];
let document: Settings;

const status = async ({ portalId }: Connected): Promise<PortalStatus | null> => writer.portalStatus.of(portalId);

/** The status once it says so; waits for a state, not for a time. */
async function statusOnce(portal: Connected, isIt: (status: PortalStatus) => boolean): Promise<PortalStatus> {
  return world.until(async () => {
    const now = await status(portal);
    return now !== null && isIt(now) ? now : undefined;
  }, 60_000);
}

const [healthyAt, movedAt, brokenAt, deletedAt] = [0, 1, 2, 3].map((index) => cases.length + index);
const portalAt = (index: number | undefined): Connected => {
  const portal = portals[index ?? -1];
  if (portal === undefined) throw new Error(`no portal ${String(index)}`);
  return portal;
};

beforeAll(async () => {
  world = await World.open({ emulator: { portals: cases.length + 4 } });
  portals = world.emulator.portals.map(({ id, url }) => new Connected(world, id, url));
  for (const { portalId } of portals) await world.credentials.putLongLivedToken(portalId, accountId, token);
  document = {
    ...world.settings(),
    portals: portals.map(({ portalId, url }) => ({ portalId, name: null, url, credentialsRevision: 1 })),
  };
  writer = await world.startWriter({ settings: { maxLanes: 50 } });
  await writer.takeSettings.execute([{ document }]);
  for (const portal of portals) await statusOnce(portal, ({ directoryReadAt }) => directoryReadAt !== null);
}, 120_000);
afterAll(() => world.close());

/** The same settings but for one thing. */
async function change(entries: Settings['portals']): Promise<void> {
  document = { ...document, version: document.version + 1, portals: entries };
  await writer.takeSettings.execute([{ document }]);
}

describe('the status of a portal explains', () => {
  it.each(cases)(
    '%s: what waits, why and since when',
    async (name, happens, shows) => {
      const portal = portalAt(cases.findIndex(([each]) => each === name));
      await happens(portal);
      await writer.takeCommands.execute([portal.call.contact()]);
      // A busy machine may earn a 429 on the way there: what counts is what the status comes to say.
      await statusOnce(portal, shows);
      const { effects } = await statusOnce(portal, ({ effects }) => effects[0]?.reason != null);
      expect(effects).toMatchObject([{ state: 'waiting', count: 1, oldestAt: expect.any(String) }]);
    },
    120_000,
  );

  it('an address that leads to another amoCRM account', async () => {
    const moved = portalAt(movedAt);
    const elsewhere = portalAt(healthyAt).url;
    await change(
      document.portals.map((each) => (each.portalId === moved.portalId ? { ...each, url: elsewhere } : each)),
    );
    await writer.takeCommands.execute([moved.call.contact()]);
    await statusOnce(moved, stop('not_found', 'another_account'));
    expect(world.emulator.control.stableState(portalAt(healthyAt).emulated.id).contacts).toEqual([]);
  }, 120_000);

  it('nothing where all is well: the others delay nobody', async () => {
    const healthy = portalAt(healthyAt);
    await writer.takeCommands.execute([healthy.call.contact()]);
    await world.resultOf(healthy.call.callId, 'contact', undefined, 60_000);
    const seen = await statusOnce(healthy, ({ trouble: why, effects }) => why == null && effects.length === 0);
    expect(seen).toMatchObject({ stop: null, limit: null });
  }, 120_000);
});

describe('a rule whose stage was deleted in amoCRM (R12)', () => {
  const brokenIn = async ({ portalId }: Connected) => {
    const newest = (await world.portalMessages()).filter((each) => each.portalId === portalId).at(-1);
    return (newest?.brokenRules ?? []).filter(({ code }) => code === 'stage_deleted');
  };

  it('is told as broken, once, and forgotten when the settings change', async () => {
    const portal = portalAt(brokenAt);
    const [pipeline] = portal.emulated.store.directory.pipelines;
    const pipelineId = pipeline?.id ?? 0;
    const gone = { pipelineId, statusId: 999_999 };
    const deal = (call: Call) => {
      const wanted = call.deal();
      return wanted.intent.kind === 'create_deal' ? { ...wanted, intent: { ...wanted.intent, ...gone } } : wanted;
    };
    const other = new Call(portal.portalId, '+79161234568');
    await writer.takeCommands.execute([portal.call.contact(), deal(portal.call), other.contact(), deal(other)]);
    for (const { callId } of [portal.call, other]) await world.resultOf(callId, 'deal', undefined, 60_000);
    expect(await brokenIn(portal)).toMatchObject([{ ruleId: 'R12', code: 'stage_deleted', params: gone }]);

    await change(document.portals);
    expect(await brokenIn(portal)).toEqual([]);
  }, 120_000);
});

describe('what was parked for good', () => {
  it('of a deleted portal is counted for its account, which has no other status for it', async () => {
    const deleted = portalAt(deletedAt);
    deleted.emulated.limiter.block();
    await writer.takeCommands.execute([deleted.call.contact()]);
    await statusOnce(deleted, ({ stop: now }) => now !== null);
    await change(document.portals.filter(({ portalId }) => portalId !== deleted.portalId));
    await world.resultOf(deleted.call.callId, 'contact', ({ reason }) => reason === 'portal_deleted', 60_000);
    expect(await writer.parkedEffects.of(accountId)).toMatchObject([{ reason: 'portal_deleted', count: 1 }]);
  }, 120_000);
});
