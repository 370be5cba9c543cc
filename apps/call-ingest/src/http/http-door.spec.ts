import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { accepted, CLIENT, ended, nestedDeep, notification } from '../spec/deliveries.js';
import { CANONICAL, FLOODED, OpenDoors, UIS } from '../spec/open-doors.js';
import { until } from '../spec/running-ingest.js';

jest.setTimeout(200_000);

let doors: OpenDoors;
beforeAll(async () => {
  doors = await OpenDoors.open();
});
afterAll(() => doors.close());

describe('the HTTP door', () => {
  it('takes one canonical event or many, and names the bad ones', async () => {
    const one = await doors.postCanonical(JSON.stringify(ended('http-1')));
    expect([one.status, await one.json()]).toEqual([200, { accepted: 1, rejected: [] }]);
    const many = await doors.postCanonical(
      JSON.stringify([ended('http-2'), { ...ended('x'), type: 'no' }, ended('http-3')]),
    );
    expect(await many.json()).toMatchObject({ accepted: 2, rejected: [{ index: 1, code: 'invalid_event' }] });
    await doors.eventOf('http-1');
    await doors.eventOf('http-3');
  });

  it('an event nested 8 000 levels deep failed its request: it is refused, and its neighbours are taken', async () => {
    const body = `[${JSON.stringify(ended('beside-deep'))},${nestedDeep('deep')}]`;
    const answer = await doors.postCanonical(body);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ accepted: 1, rejected: [{ index: 1, code: 'invalid_event' }] });
    await doors.eventOf('beside-deep');
    const vendors = await doors.postUis(nestedDeep('deep'));
    expect([vendors.status, await vendors.json()]).toMatchObject([200, { accepted: 0, rejected: [{ index: 0 }] }]);
  });

  it('gives one fact the same ids by Kafka, by signed HTTP and by webhook', async () => {
    await doors.produce(ended('all-doors'));
    await doors.postCanonical(JSON.stringify(ended('all-doors')));
    await doors.postUis(JSON.stringify(notification('all-doors')));
    const three = await until('three deliveries', () => {
      const found = doors.ingest.events.filter((e) => e.call_id === 'all-doors');
      return found.length === 3 ? found : undefined;
    });
    expect(new Set(three.map((e) => `${e.event_id} ${e.content_hash}`)).size).toBe(1);
  });

  it('takes a UIS notification by GET as by POST, as a form and with an odd content type', async () => {
    const query = new URLSearchParams({ notification_name: 'Входящий звонок', call_session_id: 'get-1' });
    const url = `${doors.ingest.service.url}/v1/pbx/${UIS.id}/uis/${UIS.secret}`;
    const get = await fetch(`${url}?${query.toString()}&contact_phone_number=${CLIENT}`);
    expect([get.status, await get.json()]).toEqual([200, { accepted: 1, rejected: [] }]);
    const form = new URLSearchParams({ notification_name: 'Входящий звонок', call_session_id: 'form-1' });
    await fetch(url, { method: 'POST', body: form });
    await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: JSON.stringify(notification('odd-1')),
    });
    expect(await doors.eventOf('get-1')).toMatchObject({ type: 'call.started', client: { e164: `+${CLIENT}` } });
    expect(await doors.eventOf('form-1')).toMatchObject({ type: 'call.started', client: { kind: 'hidden' } });
    await doors.eventOf('odd-1');
  });

  it('answers 2xx for a body that it cannot translate, and keeps it as rejected', async () => {
    const broken = '{"call_session_id": "broken';
    const answer = await doors.postUis(broken);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ accepted: 0, rejected: [{ code: 'untranslatable' }] });
    const rejected = await doors.rejectedWith('untranslatable', Buffer.byteLength(broken));
    expect(rejected).toMatchObject({ door: 'http', accountId: 'acc-1', sourceId: UIS.id });
    expect(rejected.original.position).toBe('POST uis');

    const unparsed = await doors.postCanonical('{"a":');
    expect([unparsed.status, await unparsed.json()]).toMatchObject([200, { rejected: [{ code: 'invalid_json' }] }]);
  });

  it.each<[string, () => Promise<Response>]>([
    ['a wrong crm_token', () => doors.postItoolabs(accepted('x'), 'wrong')],
    ['an empty crm_token', () => doors.postItoolabs(accepted('x'), '')],
    ['a crm_token of another kind of source', () => doors.postItoolabs(accepted('x'), UIS.secret, UIS.id)],
    ['a wrong path secret', () => doors.postUis('{}', 'wrong')],
    ['an unknown source', () => doors.postUis('{}', UIS.secret, '0192f0c1-0000-7000-8000-00000000dead')],
    ['a source of another kind', () => doors.postUis('{}', CANONICAL.secret, CANONICAL.id)],
    ['a wrong signing secret', () => doors.postCanonical('[]', { secret: 'wrong' })],
    ['a signature over another body', () => doors.postCanonical('[]', { signed: '{}' })],
    ['a malformed signature', () => doors.postCanonical('[]', { signature: 'sha256=00' })],
    ['a replayed old signature', () => doors.postCanonical('[]', { timestamp: Math.floor(Date.now() / 1000) - 301 })],
    [
      'a timestamp from the future',
      () => doors.postCanonical('[]', { timestamp: Math.floor(Date.now() / 1000) + 330 }),
    ],
  ])('tells nothing to %s', async (_, request) => {
    const answer = await request();
    expect(answer.status).toBe(401);
    expect(await answer.json()).toEqual({
      type: 'about:blank',
      title: 'Источник не опознан.',
      status: 401,
      code: 'unauthorized',
      errors: [],
    });
  });

  it('takes a clock that is four minutes off', async () => {
    const answer = await doors.postCanonical('[]', { timestamp: Math.floor(Date.now() / 1000) - 240 });
    expect(answer.status).toBe(200);
  });

  it('refuses bodies over 256 KiB and more than 500 events', async () => {
    expect((await doors.postUis(`{"a":"${'x'.repeat(256 * 1024)}"}`)).status).toBe(413);
    expect((await doors.postCanonical(JSON.stringify(Array.from({ length: 501 }, () => ({}))))).status).toBe(413);
  });

  it('slows a source that floods, and no other', async () => {
    const flood = await Promise.all(Array.from({ length: 400 }, () => doors.postUis('{}', FLOODED.secret, FLOODED.id)));
    expect(new Set(flood.map((answer) => answer.status))).toEqual(new Set([200, 429]));
    expect((await doors.postUis(JSON.stringify(notification('beside-the-flood')))).status).toBe(200);
  });

  it('refuses an event that names a neighbour’s account', async () => {
    const answer = await doors.postCanonical(JSON.stringify(ended('foreign', { account_id: 'acc-2' })));
    expect(await answer.json()).toMatchObject({ accepted: 0, rejected: [{ code: 'invalid_event' }] });
  });
});

describe('what others see of it', () => {
  it('is ready, and counts what it took', async () => {
    await until('ready', async () => {
      const ready = await fetch(`${doors.ingest.service.url}/health/ready`);
      return ready.status === 200 ? true : undefined;
    });
    const metrics = await (await fetch(`${doors.ingest.service.url}/metrics`)).text();
    expect(metrics).toMatch(/call_ingest_events_total\{door="kafka",outcome="accepted".*\} [1-9]/);
    expect(metrics).toMatch(/call_ingest_events_total\{door="http",outcome="untranslatable".*\} [1-9]/);
    expect(metrics).toMatch(/call_ingest_held_deliveries\{.*\} 0/);
    expect(metrics).not.toContain('canary');
  });
});

it('logs neither secrets nor phone numbers', () => {
  expect(doors.ingest.logLines).not.toHaveLength(0);
  expect(doors.secretsInLog()).toEqual([]);
});
