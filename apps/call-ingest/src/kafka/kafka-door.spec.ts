import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { pbxCallEvents, settings } from '@perezvon/contracts';
import { CLIENT, ended } from '../spec/deliveries.js';
import { OpenDoors } from '../spec/open-doors.js';
import { publishAccount, until } from '../spec/running-ingest.js';

jest.setTimeout(200_000);

let doors: OpenDoors;
beforeAll(async () => {
  doors = await OpenDoors.open();
});
afterAll(() => doors.close());

describe('the Kafka door', () => {
  it('turns an event into its canonical form, once for each delivery and with one id', async () => {
    await doors.produce(ended('kafka-1'));
    await doors.produce(ended('kafka-1', { client: { raw: '8 (916) 111-22-33' } }));
    const both = await until('two deliveries', () => {
      const found = doors.ingest.events.filter((e) => e.call_id === 'kafka-1');
      return found.length === 2 ? found : undefined;
    });
    expect(both[0]).toMatchObject({ client: { e164: `+${CLIENT}`, kind: 'e164' }, outcome: 'answered' });
    expect(both[1]?.event_id).toBe(both[0]?.event_id);
    expect(both[1]?.content_hash).toBe(both[0]?.content_hash);
  });

  it('rejects what it cannot take, with a reason and the original bytes, and goes on with the neighbours', async () => {
    const garbage = `{"client": "${CLIENT}`;
    await doors.produce(garbage);
    await doors.produce(ended('version-2', { schema_version: 2 }));
    await doors.produce(ended('no-type', { type: undefined }));
    await doors.produce(ended('neighbour'));
    await doors.eventOf('neighbour');

    const invalid = await doors.rejectedWith('invalid_json', Buffer.byteLength(garbage));
    expect(Buffer.from(invalid.original.base64, 'base64').toString()).toBe(garbage);
    expect(invalid.message).not.toContain(CLIENT);
    expect(invalid.original.position).toMatch(/^pbx\.call-events\.v1\/\d+\/\d+$/);
    expect(await doors.rejectedWith('unknown_schema_version')).toMatchObject({ accountId: 'acc-1', door: 'kafka' });
    expect((await doors.rejectedWith('invalid_event')).errors.map((e) => e.path)).toEqual(['type']);
  });

  it('cuts a megabyte of garbage short', async () => {
    await doors.produce('x'.repeat(1_000_000));
    const rejected = await doors.rejectedWith('too_large');
    expect(rejected.original).toMatchObject({ sizeBytes: 1_000_000, truncated: true });
    expect(Buffer.from(rejected.original.base64, 'base64')).toHaveLength(256 * 1024);
  });

  it('holds the event of an account that nobody knows yet, without stopping the others', async () => {
    await doors.produce(ended('early', { account_id: 'acc-2' }));
    await doors.produce(ended('not-waiting'));
    await doors.eventOf('not-waiting');
    await doors.holds(1);
    expect(doors.ingest.events.some((e) => e.call_id === 'early')).toBe(false);

    await publishAccount(doors.ingest.producer, 'acc-2');
    expect(await doors.eventOf('early')).toMatchObject({ account_id: 'acc-2' });
    await doors.holds(0);
  });

  it('produced a batch again at each retry while an unknown account could not be held: now once, afterwards', async () => {
    const retries = () => doors.ingest.logLines.filter((line) => line.includes('a batch failed')).length;
    const before = retries();
    await doors.ingest.database.dataSource.query('alter table held_deliveries rename to away');
    const batch = [ended('cannot-be-held', { account_id: 'acc-4' }), ended('beside-unknown')];
    await doors.ingest.producer.sendRaw(
      pbxCallEvents.topic,
      batch.map((event) => ({ key: 'one partition', value: JSON.stringify(event) })),
    );
    await until('the batch is tried again', () => retries() > before + 1 || undefined);
    await doors.ingest.database.dataSource.query('alter table away rename to held_deliveries');
    await publishAccount(doors.ingest.producer, 'acc-4');
    await doors.eventOf('beside-unknown');
    await doors.eventOf('cannot-be-held');
    await doors.ingest.settled();
    expect(doors.ingest.events.filter((event) => event.call_id === 'beside-unknown')).toHaveLength(1);
  });

  it('rejects the event of an account that stays unknown', async () => {
    await doors.produce(ended('never', { account_id: 'acc-9' }));
    await doors.holds(1);
    await doors.patienceEnds();
    expect(await doors.rejectedWith('unknown_account')).toMatchObject({ accountId: 'acc-9', door: 'kafka' });
    await doors.holds(0);
  });

  it('no longer takes events of an account that was deleted', async () => {
    await publishAccount(doors.ingest.producer, 'acc-3');
    await doors.produce(ended('before-deletion', { account_id: 'acc-3' }));
    await doors.eventOf('before-deletion');
    await doors.ingest.producer.sendRaw(settings.topic, [{ key: 'acc-3', value: null }]);
    let sent = 0;
    await until('its events are held', async () => {
      await doors.produce(ended(`after-deletion-${(sent += 1)}`, { account_id: 'acc-3' }));
      return (await doors.ingest.held()) > 0 ? true : undefined;
    });

    await publishAccount(doors.ingest.producer, 'acc-3');
    await until('none of them is lost', () => {
      const found = doors.ingest.events.filter((e) => e.call_id.startsWith('after-deletion-'));
      return new Set(found.map((e) => e.call_id)).size === sent ? true : undefined;
    });
    await doors.holds(0);
  });
});

it('logs neither secrets nor phone numbers', () => {
  expect(doors.ingest.logLines).not.toHaveLength(0);
  expect(doors.secretsInLog()).toEqual([]);
});
