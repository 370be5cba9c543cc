import { createHmac } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from '../app.module.js';
import type { Writer } from '../writer.js';
import { contactWith, fillAccount, phoneOf } from './account.js';
import { World } from './world.js';

let world: World;
let door: Server;
let url: string;
let answer: RequestListener = (_request, response) => response.writeHead(503).end();
let app: NestExpressApplication | undefined;

beforeEach(async () => {
  world = await World.open({ emulator: { settings: { listingLagMs: 0 } } });
  door = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${String((door.address() as AddressInfo).port)}`;
});
afterEach(async () => {
  await world.close();
  await app?.close();
  app = undefined;
  door.closeAllConnections();
  await new Promise((resolve) => door.close(resolve));
});

/** The writer's public door, at an address that is known before the writer is. */
async function openDoor(writer: Writer): Promise<void> {
  const { dataSource } = world.database;
  app = await NestFactory.create<NestExpressApplication>(
    AppModule.of({ writer, dataSource, internalKey: 'internal-key-of-the-specs' }),
    { logger: false, bodyParser: false },
  );
  // As startService has it.
  app.useBodyParser('urlencoded', { extended: false, limit: 256 * 1024 });
  await app.init();
  answer = app.getHttpAdapter().getInstance() as RequestListener;
}

/** A portal whose clients have been told. */
async function startFollowing(): Promise<Writer> {
  const writer = await world.startKnowingPortal({ settings: { mirrorMonths: 24, publicWebhookUrl: url } });
  await openDoor(writer);
  await world.until(async () => (await world.portalMessages()).at(-1)?.mirror?.isComplete);
  return writer;
}

const hooks = () => world.emulator.control.portal().webhooks;
const destinations = () =>
  hooks()
    .subscriptions()
    .map(({ destination }) => destination);
const mirrorRows = (where: string): Promise<unknown[]> =>
  world.database.dataSource.query<unknown[]>(`select 1 from mirror where ${where}`);
const statusOf = async (path: string, init?: RequestInit) => (await fetch(`${url}/v1/amocrm/${path}`, init)).status;
const form = (body: string): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body,
});

describe("amoCRM's hooks", () => {
  it('are asked for when clients are followed, in place of those of a former address, and bring changes at once', async () => {
    await fillAccount(world, 2);
    hooks().subscribe(`http://former.example/v1/amocrm/${world.portalId}/secret`, ['add_lead'], 0, 101);
    hooks().subscribe('http://another.example/hook', ['add_lead'], 0, 101);
    await startFollowing();
    const ours = `${url}/v1/amocrm/${world.portalId}/`;
    await world.until(() => destinations().some((each) => each.startsWith(ours)));
    expect(destinations().filter((each) => !each.startsWith(ours))).toEqual(['http://another.example/hook']);
    // The next increment by itself is ten minutes away.
    await world.until(async () => (await mirrorRows('read_at > told_at')).length > 0);

    await world.byHand('/api/v4/contacts', [contactWith('+79160000009')]);
    await world.until(async () => {
      const told = (await world.clientMessages()).filter(({ phone }) => phone === '+79160000009');
      return told.at(-1)?.cards.length === 1;
    });
    expect(
      hooks()
        .deliveries()
        .every(({ state }) => state !== 'given_up'),
    ).toBe(true);
  }, 60_000);

  it('are believed from nobody else, and change nothing but when we read', async () => {
    await fillAccount(world, 1);
    const writer = await startFollowing();
    await world.until(() => destinations().length > 0);
    const secret = destinations()[0]?.split('/').at(-1) ?? '';
    const claim = form(`contacts[delete][0][id]=1&contacts[add][0][phone]=${encodeURIComponent(phoneOf(7))}`);
    const before = (await world.clientMessages()).length;

    expect(await statusOf(`${world.portalId}/${secret.slice(1)}`, claim)).toBe(404);
    expect(await statusOf(`00000000-0000-4000-8000-000000000000/${secret}`, claim)).toBe(404);
    expect(await statusOf(`nobody/${secret}`, claim)).toBe(404);
    expect(await statusOf(`${world.portalId}/${secret}`, claim)).toBe(204);
    expect(await writer.takeHint.execute(world.portalId, secret, ['task[add][0][id]'])).toBe('taken');
    await world.until(async () => (await mirrorRows('read_at > hinted_at')).length > 0);
    expect((await world.clientMessages()).length).toBe(before);
  }, 60_000);

  it('are taken away from a portal that is being deleted, and those of others stay', async () => {
    hooks().subscribe('http://another.example/hook', ['add_lead'], 0, 101);
    const writer = await startFollowing();
    await world.until(() => destinations().length > 1);
    expect(await writer.leavePortal.execute(world.portalId)).toEqual({ hooks: 'removed', reason: null });
    expect(destinations()).toEqual(['http://another.example/hook']);
    expect(await writer.leavePortal.execute('00000000-0000-4000-8000-000000000000')).toBeNull();
  }, 60_000);

  it('are taken away too when the settings without the portal were faster', async () => {
    const writer = await startFollowing();
    await world.until(() => destinations().length > 0);
    await writer.takeSettings.execute([{ document: world.settings({ portalIds: [] }) }]);
    expect(await writer.leavePortal.execute(world.portalId)).toEqual({ hooks: 'removed', reason: null });
    expect(destinations()).toEqual([]);
  }, 60_000);

  it('stay where amoCRM does not take the request, which is told, and is not tried for ever', async () => {
    const writer = await startFollowing();
    await world.until(() => destinations().length > 0);
    world.fault({ kind: 'http_error', status: 503, method: 'DELETE', path: '/api/v4/webhooks', count: null });
    expect(await writer.leavePortal.execute(world.portalId)).toEqual({ hooks: 'kept', reason: 'unavailable' });
    expect(world.writesTo(/webhooks/)).toBeLessThanOrEqual(2);
    world.emulator.control.portal().limiter.block();
    await writer.refreshPortal.execute(world.portalId);
    await world.until(async () => (await world.portalMessages()).at(-1)?.stop?.reason === 'blocked');
    const before = world.emulator.control.requests().length;
    expect(await writer.leavePortal.execute(world.portalId)).toEqual({ hooks: 'kept', reason: 'blocked' });
    expect(world.emulator.control.requests()).toHaveLength(before);
  }, 60_000);

  it('that the tariff does not have are a warning of the portal, and nothing stops', async () => {
    Object.assign(world.emulator.control.portal().settings, { webhooksInTariff: false });
    const writer = await startFollowing();
    await world.until(async () => {
      await writer.refreshPortal.execute(world.portalId);
      return (await world.portalMessages()).at(-1)?.warnings?.some(({ code }) => code === 'webhooks_not_available');
    });
    expect((await world.portalMessages()).at(-1)?.stop).toBeNull();
  }, 60_000);
});

describe('an integration that the customer switches off in amoCRM', () => {
  const disconnect = async (secret: string, accountId = world.emulator.portals[0]?.accountId ?? 0) => {
    const signature = createHmac('sha256', secret)
      .update(`perezvon|${String(accountId)}`)
      .digest('hex');
    const query = new URLSearchParams({ account_id: String(accountId), client_uuid: 'perezvon', signature });
    return statusOf(`${world.portalId}/disconnected?${query.toString()}`);
  };

  it("stops its portal at once by amoCRM's own word, and by nobody else's", async () => {
    await world.authorise();
    const writer = await world.startKnowingPortal();
    await openDoor(writer);
    expect(await disconnect('not-our-secret')).toBe(404);
    expect(await disconnect('secret-of-the-specs', 1)).toBe(404);
    expect((await world.portalMessages()).at(-1)?.stop).toBeNull();

    const { tokens } = world.emulator.control.portal();
    for (const id of tokens.ids()) tokens.revoke(id);
    world.fault({ kind: 'http_error', status: 401, html: false, path: '/oauth2/access_token', count: null });
    expect(await disconnect('secret-of-the-specs')).toBe(204);
    const stop = await world.until(async () => {
      const last = (await world.portalMessages()).at(-1)?.stop;
      return last?.until != null && Date.parse(last.until) > Date.now() ? last : undefined;
    });
    expect(stop).toMatchObject({ reason: 'unauthorised', cause: 'disconnected' });
  }, 60_000);

  it('does not stop it for an hour by a hook of the past that is played again: a probe finds the token at work', async () => {
    await world.authorise();
    const writer = await world.startKnowingPortal();
    await openDoor(writer);
    expect(await disconnect('secret-of-the-specs')).toBe(204);
    await world.until(async () => (await world.portalMessages()).some(({ stop }) => stop?.cause === 'disconnected'));
    await world.until(async () => (await world.portalMessages()).at(-1)?.stop === null);
  }, 60_000);
});
