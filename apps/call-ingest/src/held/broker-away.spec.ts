import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CLIENT, ended, nestedDeep, notification } from '../spec/deliveries.js';
import { OpenDoors } from '../spec/open-doors.js';
import { until } from '../spec/running-ingest.js';

jest.setTimeout(200_000);

let doors: OpenDoors;
beforeAll(async () => {
  doors = await OpenDoors.open();
});
afterAll(() => doors.close());

describe('while the broker is away', () => {
  beforeAll(async () => {
    await doors.ingest.kafka.kill();
  });

  it('keeps webhooks in Postgres, answers 2xx, and relays them when the broker is back', async () => {
    const uis = await doors.postUis(JSON.stringify(notification('away-1')));
    const canonical = await doors.postCanonical(
      `[${JSON.stringify(ended('away-2'))},${nestedDeep('away-deep')},${JSON.stringify(ended('away-3'))}]`,
    );
    expect([uis.status, canonical.status, await doors.ingest.held()]).toEqual([200, 200, 2]);

    await doors.ingest.database.dataSource.query('alter table held_deliveries rename to away');
    const nowhere = await doors.postUis(JSON.stringify(notification('away-4')));
    await doors.ingest.database.dataSource.query('alter table away rename to held_deliveries');
    expect(nowhere.status).toBe(503);

    await doors.ingest.kafka.start();
    expect(await doors.eventOf('away-1')).toMatchObject({ source: 'uis', client: { e164: `+${CLIENT}` } });
    await doors.eventOf('away-2');
    await doors.eventOf('away-3');
    await doors.holds(0);

    await doors.produce(ended('after-away'));
    await doors.eventOf('after-away');
  });

  it('is ready again once the broker is back', async () => {
    await until('ready', async () => {
      const ready = await fetch(`${doors.ingest.service.url}/health/ready`);
      return ready.status === 200 ? true : undefined;
    });
  });
});

it('logs neither secrets nor phone numbers', () => {
  expect(doors.ingest.logLines).not.toHaveLength(0);
  expect(doors.secretsInLog()).toEqual([]);
});
