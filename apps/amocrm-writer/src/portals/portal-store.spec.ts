import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultIntegration, type Settings } from '@perezvon/contracts';
import { createTestDatabase, inTransaction, type TestDatabase } from '@perezvon/postgres';
import { randomUUID } from 'node:crypto';
import { migrations } from '../migrations/index.js';
import { writerSchema } from '../migrations/schema.js';
import { applySettings } from './apply-settings.js';
import { PortalStore } from './portal-store.js';
import type { Directory, PortalRow } from './portal.js';

let database: TestDatabase;
let store: PortalStore;
beforeAll(async () => {
  database = await createTestDatabase({ schema: writerSchema, migrations });
  store = new PortalStore(database.dataSource, () => undefined);
}, 60_000);
afterAll(() => database.drop());

const now = Date.parse('2026-11-27T12:00:00Z');
const directory: Directory = { pipelines: [], users: [], taskTypes: [], isUnsortedOn: true, filtersEnabled: false };

let version = 0;
async function told(portalId: string, credentialsRevision: number): Promise<PortalRow> {
  const document: Settings = {
    accountId: `account-${portalId}`,
    version: (version += 1),
    updatedAt: new Date(now).toISOString(),
    name: 'Акме',
    integration: defaultIntegration(),
    portals: [{ portalId, name: null, url: 'https://acme.amocrm.ru', credentialsRevision }],
    employees: [],
    mapping: [],
    sources: [],
  };
  await inTransaction(database.dataSource, (tx) => applySettings(tx, document));
  return found(portalId);
}

async function found(portalId: string): Promise<PortalRow> {
  const portal = await store.byId(portalId);
  if (portal === null) throw new Error('the portal is gone');
  return portal;
}

describe('a reading of a portal', () => {
  it('lifted a block that a write met while it went on', async () => {
    const reading = await told(randomUUID(), 1);
    await store.stop(await found(reading.portalId), { reason: 'blocked' }, now);
    await store.saveDirectory(reading, directory, now + 1);
    expect((await found(reading.portalId)).stop).toMatchObject({ reason: 'blocked' });
  });

  it('ends the stop under which it began as a probe', async () => {
    const { portalId } = await told(randomUUID(), 1);
    await store.stop(await found(portalId), { reason: 'blocked' }, now);
    await store.saveDirectory(await found(portalId), directory, now + 1);
    expect((await found(portalId)).stop).toBeNull();
  });

  it('with the former credentials settled for the new ones too, which nobody had tried', async () => {
    const reading = await told(randomUUID(), 1);
    await told(reading.portalId, 2);
    await store.saveDirectory(reading, directory, now);
    expect((await found(reading.portalId)).checkAt).not.toBeNull();
  });

  it('leaves nothing owed where nothing was asked for meanwhile', async () => {
    const reading = await told(randomUUID(), 1);
    await store.saveDirectory(reading, directory, now);
    expect((await found(reading.portalId)).checkAt).toBeNull();
  });
});

describe('a portal that is met', () => {
  it('joined the lane of its former address, for ever, when it had got another one meanwhile', async () => {
    const asked = await told(randomUUID(), 1);
    await told(asked.portalId, 2);
    await store.joinLane(asked, 'ru:1');
    expect((await found(asked.portalId)).lane).toBeNull();
    await store.joinLane(await found(asked.portalId), 'ru:2');
    expect((await found(asked.portalId)).lane).toBe('ru:2');
  });
});

describe('a refusal of credentials', () => {
  it('stopped a portal that had got others meanwhile, for an hour', async () => {
    const asked = await told(randomUUID(), 1);
    await told(asked.portalId, 2);
    await store.stop(asked, { reason: 'unauthorised' }, now);
    expect((await found(asked.portalId)).stop).toBeNull();
  });

  it('is one stop, however many requests met it together', async () => {
    const asked = await told(randomUUID(), 1);
    await store.stop(asked, { reason: 'unauthorised' }, now);
    await store.stop(asked, { reason: 'unauthorised' }, now + 10);
    expect((await found(asked.portalId)).stop).toMatchObject({ since: now, count: 1 });
  });
});

describe("amoCRM's word that an integration was switched off", () => {
  it('let a blocked account be asked at once, instead of a quarter of an hour later', async () => {
    const asked = await told(randomUUID(), 1);
    await store.stop(asked, { reason: 'blocked' }, now);
    await store.stop(asked, { reason: 'unauthorised', cause: 'disconnected', isHearsay: true }, now + 1_000);
    expect((await found(asked.portalId)).stop).toMatchObject({ reason: 'blocked', until: now + 15 * 60_000 });
  });

  it('and a refused token too, which was still on its way', async () => {
    const asked = await told(randomUUID(), 1);
    await store.stop(asked, { reason: 'blocked' }, now);
    await store.stop(asked, { reason: 'unauthorised' }, now + 1_000);
    await store.notReached(asked.portalId, 'token_unavailable', now + 2_000);
    expect((await found(asked.portalId)).stop).toMatchObject({ reason: 'blocked', until: now + 15 * 60_000, count: 1 });
  });

  it('stops a portal that nothing else has stopped, until a probe that is due', async () => {
    const asked = await told(randomUUID(), 1);
    await store.stop(asked, { reason: 'unauthorised', cause: 'disconnected', isHearsay: true }, now);
    expect((await found(asked.portalId)).stop).toMatchObject({ cause: 'disconnected', until: now });
  });
});
