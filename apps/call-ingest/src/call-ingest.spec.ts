import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { pbxCallEvents, rejectedList, replayOutcome, settings, sourceActivity } from '@perezvon/contracts';
import { createHash, createHmac } from 'node:crypto';
import { type EngineStandIn, startEngineStandIn } from './spec/engine-stand-in.js';
import {
  INTERNAL_API_KEY,
  pbxSource,
  publishAccount,
  type RunningIngest,
  startIngest,
  until,
} from './spec/running-ingest.js';

jest.setTimeout(200_000);

const UIS = { id: '0192f0c1-0000-7000-8000-000000000001', secret: 'uis-canary-secret' };
const CANONICAL = { id: '0192f0c1-0000-7000-8000-000000000002', secret: 'canonical-canary-secret' };
const FLOODED = { id: '0192f0c1-0000-7000-8000-000000000003', secret: 'flooded-canary-secret' };
const ITOOLABS = { id: '0192f0c1-0000-7000-8000-000000000004', secret: 'itoolabs-canary-secret' };
const CLIENT = '79161112233';

let ingest: RunningIngest;
let engine: EngineStandIn;

beforeAll(async () => {
  engine = await startEngineStandIn();
  ingest = await startIngest({ decisionEngineUrl: engine.url });
  await publishAccount(ingest.producer, 'acc-1', [
    pbxSource(UIS.id, 'uis', UIS.secret),
    pbxSource(CANONICAL.id, 'canonical', CANONICAL.secret),
    pbxSource(FLOODED.id, 'uis', FLOODED.secret),
    pbxSource(ITOOLABS.id, 'itoolabs', ITOOLABS.secret),
  ]);
  await until('the source is known', async () => {
    const answer = await postUis('{}');
    return answer.status === 200 ? true : undefined;
  });
});

afterAll(async () => {
  await ingest.stop();
  await engine.stop();
});

function ended(callId: string, over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    schema_version: 1,
    account_id: 'acc-1',
    source: 'uis',
    type: 'call.ended',
    call_id: callId,
    occurred_at: new Date().toISOString(),
    direction: 'in',
    client: { raw: CLIENT },
    virtual_number: { raw: '74951112233' },
    employee: { pbx_id: '7' },
    talk_sec: 12,
    ...over,
  };
}

/** Deeper than `JSON.stringify` and PostgreSQL can follow. */
function nestedDeep(callId: string): string {
  const open = JSON.stringify(ended(callId)).slice(0, -1);
  return `${open},"raw":${'{"a":'.repeat(8_000)}1${'}'.repeat(8_000)}}`;
}

function notification(callId: string): Record<string, unknown> {
  return {
    notification_name: 'Завершение звонка',
    call_session_id: callId,
    contact_phone_number: `+${CLIENT}`,
    virtual_phone_number: '74951112233',
    direction: 'in',
    employee_id: '7',
    talk_time_duration: '12',
  };
}

async function produce(value: Record<string, unknown> | string): Promise<void> {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  await ingest.producer.sendRaw(pbxCallEvents.topic, [{ key: null, value: text }]);
}

function postUis(body: string, secret = UIS.secret, sourceId = UIS.id): Promise<Response> {
  return fetch(`${ingest.service.url}/v1/pbx/${sourceId}/uis/${secret}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
}

function postItoolabs(
  fields: Readonly<Record<string, string>>,
  token = ITOOLABS.secret,
  sourceId = ITOOLABS.id,
): Promise<Response> {
  return fetch(`${ingest.service.url}/v1/pbx/${sourceId}/itoolabs`, {
    method: 'POST',
    body: new URLSearchParams({ ...fields, crm_token: token }),
  });
}

const accepted = (callid: string) => ({ cmd: 'event', type: 'ACCEPTED', callid, phone: CLIENT, user: 'ivanov' });

interface Signing {
  readonly secret?: string;
  readonly sourceId?: string;
  readonly timestamp?: number;
  readonly signed?: string;
  readonly signature?: string;
}

function postCanonical(body: string, signing: Signing = {}): Promise<Response> {
  const timestamp = String(signing.timestamp ?? Math.floor(Date.now() / 1000));
  const key = createHash('sha256')
    .update(signing.secret ?? CANONICAL.secret)
    .digest('hex');
  const signature = createHmac('sha256', key)
    .update(`${timestamp}.${signing.signed ?? body}`)
    .digest('hex');
  return fetch(`${ingest.service.url}/v1/pbx/${signing.sourceId ?? CANONICAL.id}/events`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-timestamp': timestamp,
      'x-signature': signing.signature ?? `sha256=${signature}`,
    },
    body,
  });
}

const eventOf = (callId: string) => until(`event of ${callId}`, () => ingest.events.find((e) => e.call_id === callId));
const rejectedWith = (code: string, size?: number) =>
  until(`rejected ${code}`, () =>
    ingest.rejected.find((r) => r.code === code && (size === undefined || r.original.sizeBytes === size)),
  );
const held = async (): Promise<number> => {
  const rows: { count: number }[] = await ingest.database.dataSource.query(
    'select count(*)::int as count from held_deliveries',
  );
  return rows[0]?.count ?? 0;
};

describe('the Kafka door', () => {
  it('turns an event into its canonical form, once for each delivery and with one id', async () => {
    await produce(ended('kafka-1'));
    await produce(ended('kafka-1', { client: { raw: '8 (916) 111-22-33' } }));
    const both = await until('two deliveries', () => {
      const found = ingest.events.filter((e) => e.call_id === 'kafka-1');
      return found.length === 2 ? found : undefined;
    });
    expect(both[0]).toMatchObject({ client: { e164: `+${CLIENT}`, kind: 'e164' }, outcome: 'answered' });
    expect(both[1]?.event_id).toBe(both[0]?.event_id);
    expect(both[1]?.content_hash).toBe(both[0]?.content_hash);
  });

  it('rejects what it cannot take, with a reason and the original bytes, and goes on with the neighbours', async () => {
    const garbage = `{"client": "${CLIENT}`;
    await produce(garbage);
    await produce(ended('version-2', { schema_version: 2 }));
    await produce(ended('no-type', { type: undefined }));
    await produce(ended('neighbour'));
    await eventOf('neighbour');

    const invalid = await rejectedWith('invalid_json', Buffer.byteLength(garbage));
    expect(Buffer.from(invalid.original.base64, 'base64').toString()).toBe(garbage);
    expect(invalid.message).not.toContain(CLIENT);
    expect(invalid.original.position).toMatch(/^pbx\.call-events\.v1\/\d+\/\d+$/);
    expect(await rejectedWith('unknown_schema_version')).toMatchObject({ accountId: 'acc-1', door: 'kafka' });
    expect((await rejectedWith('invalid_event')).errors.map((e) => e.path)).toEqual(['type']);
  });

  it('cuts a megabyte of garbage short', async () => {
    await produce('x'.repeat(1_000_000));
    const rejected = await rejectedWith('too_large');
    expect(rejected.original).toMatchObject({ sizeBytes: 1_000_000, truncated: true });
    expect(Buffer.from(rejected.original.base64, 'base64')).toHaveLength(64 * 1024);
  });

  it('holds the event of an account that nobody knows yet, without stopping the others', async () => {
    await produce(ended('early', { account_id: 'acc-2' }));
    await produce(ended('not-waiting'));
    await eventOf('not-waiting');
    await until('the early event is held', async () => ((await held()) === 1 ? true : undefined));
    expect(ingest.events.some((e) => e.call_id === 'early')).toBe(false);

    await publishAccount(ingest.producer, 'acc-2');
    expect(await eventOf('early')).toMatchObject({ account_id: 'acc-2' });
    await until('nothing is held any more', async () => ((await held()) === 0 ? true : undefined));
  });

  it('produced a batch again at each retry while an unknown account could not be held: now once, afterwards', async () => {
    const retries = () => ingest.logLines.filter((line) => line.includes('a batch failed')).length;
    const before = retries();
    await ingest.database.dataSource.query('alter table held_deliveries rename to away');
    const batch = [ended('cannot-be-held', { account_id: 'acc-4' }), ended('beside-unknown')];
    await ingest.producer.sendRaw(
      pbxCallEvents.topic,
      batch.map((event) => ({ key: 'one partition', value: JSON.stringify(event) })),
    );
    await until('the batch is tried again', () => retries() > before + 1 || undefined);
    await ingest.database.dataSource.query('alter table away rename to held_deliveries');
    await publishAccount(ingest.producer, 'acc-4');
    await eventOf('beside-unknown');
    await eventOf('cannot-be-held');
    await ingest.settled();
    expect(ingest.events.filter((event) => event.call_id === 'beside-unknown')).toHaveLength(1);
  });

  it('rejects the event of an account that stays unknown', async () => {
    await produce(ended('never', { account_id: 'acc-9' }));
    await until('it is held', async () => ((await held()) === 1 ? true : undefined));
    await ingest.database.dataSource.query(
      `update held_deliveries set held_at = now() - interval '6 minutes', due_at = now()`,
    );
    expect(await rejectedWith('unknown_account')).toMatchObject({ accountId: 'acc-9', door: 'kafka' });
    await until('nothing is held any more', async () => ((await held()) === 0 ? true : undefined));
  });

  it('no longer takes events of an account that was deleted', async () => {
    await publishAccount(ingest.producer, 'acc-3');
    await produce(ended('before-deletion', { account_id: 'acc-3' }));
    await eventOf('before-deletion');
    await ingest.producer.sendRaw(settings.topic, [{ key: 'acc-3', value: null }]);
    let sent = 0;
    await until('its events are held', async () => {
      await produce(ended(`after-deletion-${(sent += 1)}`, { account_id: 'acc-3' }));
      return (await held()) > 0 ? true : undefined;
    });

    await publishAccount(ingest.producer, 'acc-3');
    await until('none of them is lost', () => {
      const found = ingest.events.filter((e) => e.call_id.startsWith('after-deletion-'));
      return new Set(found.map((e) => e.call_id)).size === sent ? true : undefined;
    });
    await until('nothing is held any more', async () => ((await held()) === 0 ? true : undefined));
  });
});

describe('the HTTP door', () => {
  it('takes one canonical event or many, and names the bad ones', async () => {
    const one = await postCanonical(JSON.stringify(ended('http-1')));
    expect([one.status, await one.json()]).toEqual([200, { accepted: 1, rejected: [] }]);
    const many = await postCanonical(JSON.stringify([ended('http-2'), { ...ended('x'), type: 'no' }, ended('http-3')]));
    expect(await many.json()).toMatchObject({ accepted: 2, rejected: [{ index: 1, code: 'invalid_event' }] });
    await eventOf('http-1');
    await eventOf('http-3');
  });

  it('an event nested 8 000 levels deep failed its request: it is refused, and its neighbours are taken', async () => {
    const body = `[${JSON.stringify(ended('beside-deep'))},${nestedDeep('deep')}]`;
    const answer = await postCanonical(body);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ accepted: 1, rejected: [{ index: 1, code: 'invalid_event' }] });
    await eventOf('beside-deep');
    const vendors = await postUis(nestedDeep('deep'));
    expect([vendors.status, await vendors.json()]).toMatchObject([200, { accepted: 0, rejected: [{ index: 0 }] }]);
  });

  it('gives one fact the same ids by Kafka, by signed HTTP and by webhook', async () => {
    await produce(ended('all-doors'));
    await postCanonical(JSON.stringify(ended('all-doors')));
    await postUis(JSON.stringify(notification('all-doors')));
    const three = await until('three deliveries', () => {
      const found = ingest.events.filter((e) => e.call_id === 'all-doors');
      return found.length === 3 ? found : undefined;
    });
    expect(new Set(three.map((e) => `${e.event_id} ${e.content_hash}`)).size).toBe(1);
  });

  it('takes a UIS notification by GET as by POST, as a form and with an odd content type', async () => {
    const query = new URLSearchParams({ notification_name: 'Входящий звонок', call_session_id: 'get-1' });
    const url = `${ingest.service.url}/v1/pbx/${UIS.id}/uis/${UIS.secret}`;
    const get = await fetch(`${url}?${query.toString()}&contact_phone_number=${CLIENT}`);
    expect([get.status, await get.json()]).toEqual([200, { accepted: 1, rejected: [] }]);
    const form = new URLSearchParams({ notification_name: 'Входящий звонок', call_session_id: 'form-1' });
    await fetch(url, { method: 'POST', body: form });
    await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: JSON.stringify(notification('odd-1')),
    });
    expect(await eventOf('get-1')).toMatchObject({ type: 'call.started', client: { e164: `+${CLIENT}` } });
    expect(await eventOf('form-1')).toMatchObject({ type: 'call.started', client: { kind: 'hidden' } });
    await eventOf('odd-1');
  });

  it('answers 2xx for a body that it cannot translate, and keeps it as rejected', async () => {
    const broken = '{"call_session_id": "broken';
    const answer = await postUis(broken);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ accepted: 0, rejected: [{ code: 'untranslatable' }] });
    const rejected = await rejectedWith('untranslatable', Buffer.byteLength(broken));
    expect(rejected).toMatchObject({ door: 'http', accountId: 'acc-1', sourceId: UIS.id });
    expect(rejected.original.position).toBe('POST uis');

    const unparsed = await postCanonical('{"a":');
    expect([unparsed.status, await unparsed.json()]).toMatchObject([200, { rejected: [{ code: 'invalid_json' }] }]);
  });

  it.each<[string, () => Promise<Response>]>([
    ['a wrong crm_token', () => postItoolabs(accepted('x'), 'wrong')],
    ['an empty crm_token', () => postItoolabs(accepted('x'), '')],
    ['a crm_token of another kind of source', () => postItoolabs(accepted('x'), UIS.secret, UIS.id)],
    ['a wrong path secret', () => postUis('{}', 'wrong')],
    ['an unknown source', () => postUis('{}', UIS.secret, '0192f0c1-0000-7000-8000-00000000dead')],
    ['a source of another kind', () => postUis('{}', CANONICAL.secret, CANONICAL.id)],
    ['a wrong signing secret', () => postCanonical('[]', { secret: 'wrong' })],
    ['a signature over another body', () => postCanonical('[]', { signed: '{}' })],
    ['a malformed signature', () => postCanonical('[]', { signature: 'sha256=00' })],
    ['a replayed old signature', () => postCanonical('[]', { timestamp: Math.floor(Date.now() / 1000) - 301 })],
    ['a timestamp from the future', () => postCanonical('[]', { timestamp: Math.floor(Date.now() / 1000) + 330 })],
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
    const answer = await postCanonical('[]', { timestamp: Math.floor(Date.now() / 1000) - 240 });
    expect(answer.status).toBe(200);
  });

  it('refuses bodies over 256 KiB and more than 500 events', async () => {
    expect((await postUis(`{"a":"${'x'.repeat(256 * 1024)}"}`)).status).toBe(413);
    expect((await postCanonical(JSON.stringify(Array.from({ length: 501 }, () => ({}))))).status).toBe(413);
  });

  it('slows a source that floods, and no other', async () => {
    const flood = await Promise.all(Array.from({ length: 400 }, () => postUis('{}', FLOODED.secret, FLOODED.id)));
    expect(new Set(flood.map((answer) => answer.status))).toEqual(new Set([200, 429]));
    expect((await postUis(JSON.stringify(notification('beside-the-flood')))).status).toBe(200);
  });

  it('refuses an event that names a neighbour’s account', async () => {
    const answer = await postCanonical(JSON.stringify(ended('foreign', { account_id: 'acc-2' })));
    expect(await answer.json()).toMatchObject({ accepted: 0, rejected: [{ code: 'invalid_event' }] });
  });
});

describe('the ITooLabs door', () => {
  it('takes an event and a history, and a history’s recording with it', async () => {
    const live = await postItoolabs({ ...accepted('vats-1'), direction: 'in' });
    expect([live.status, await live.json()]).toEqual([200, { accepted: 1, rejected: [] }]);
    const history = { cmd: 'history', type: 'in', status: 'success', callid: 'vats-2', phone: CLIENT, user: 'ivanov' };
    const end = await postItoolabs({ ...history, link: 'https://vats.megafon.ru/records/2.mp3' });
    expect(await end.json()).toEqual({ accepted: 2, rejected: [] });
    expect(await eventOf('vats-1')).toMatchObject({ type: 'leg.answered', employee: { login: 'ivanov' } });
    expect(await eventOf('vats-2')).toMatchObject({ source: 'itoolabs', client: { e164: `+${CLIENT}` } });
  });

  it('acknowledges an unknown cmd, so that the cabinet shows no error, and keeps it as rejected without the token', async () => {
    const answer = await postItoolabs({ cmd: 'levitate', callid: 'vats-3' });
    expect([answer.status, await answer.json()]).toMatchObject([200, { rejected: [{ code: 'untranslatable' }] }]);
    const rejected = await until('the rejected command', () =>
      ingest.rejected.find((r) => r.original.position === 'POST itoolabs'),
    );
    expect(Buffer.from(rejected.original.base64, 'base64').toString()).toBe('cmd=levitate&callid=vats-3');
  });

  it('answers whom a caller should be connected to, and stores that the call has begun', async () => {
    engine.answer = { decision: 'connect', employee: { login: 'petrova' }, contact: { name: 'Иван' }, reason: 'x' };
    const answer = await postItoolabs({ cmd: 'contact', callid: 'vats-4', phone: CLIENT, diversion: '74951112233' });
    expect(await answer.json()).toEqual({ contact_name: 'Иван', responsible: 'petrova' });
    expect(engine.questions.at(-1)).toEqual({
      authorization: `Bearer ${INTERNAL_API_KEY}`,
      body: {
        account_id: 'acc-1',
        source: 'itoolabs',
        source_instance: null,
        call_id: 'vats-4',
        client_phone: CLIENT,
        virtual_number: '74951112233',
      },
    });
    expect(await eventOf('vats-4')).toMatchObject({ type: 'call.started', direction: 'in' });
  });

  it('leaves the caller to the PBX’s own plan when the engine hangs or talks nonsense', async () => {
    for (const [callid, engineSays] of [['vats-5', null] as const, ['vats-6', { decision: 'perhaps' }] as const]) {
      engine.answer = engineSays;
      const answer = await postItoolabs({ cmd: 'contact', callid, phone: CLIENT });
      expect([answer.status, await answer.json()]).toEqual([200, {}]);
    }
  });
});

describe('what settings-api asks', () => {
  const ask = (method: string, path: string, key = INTERNAL_API_KEY): Promise<Response> =>
    fetch(`${ingest.service.url}/internal/v1/accounts/${path}`, {
      method,
      headers: { authorization: `Bearer ${key}` },
    });
  const rejectedOf = async (account: string, query = '') =>
    rejectedList.parse(await (await ask('GET', `${account}/rejected${query}`)).json());
  const replay = async (account: string, id: string) =>
    replayOutcome.parse(await (await ask('POST', `${account}/rejected/${id}/replay`)).json());

  it('lists what was refused, newest first and page by page, and to its account alone', async () => {
    const all = await until('the rejected events of before', async () => {
      const { items } = await rejectedOf('acc-1');
      return items.length > 3 ? items : undefined;
    });
    const times = all.map((item) => item.rejectedAt);
    expect(times).toEqual([...times].sort().reverse());
    const first = await rejectedOf('acc-1', '?limit=2');
    const second = await rejectedOf('acc-1', `?limit=2&cursor=${String(first.nextCursor)}`);
    expect([...first.items, ...second.items]).toEqual(all.slice(0, 4));
    expect(all.map((item) => item.excerpt)).toContain('{"call_session_id": "broken');
    expect(
      (await rejectedOf('acc-2')).items.filter((item) => all.some((a) => a.rejectedId === item.rejectedId)),
    ).toEqual([]);
    expect((await ask('GET', 'acc-1/rejected?cursor=x')).status).toBe(400);
  });

  it('drives a refused event again once its cause is gone, under the id that it always had', async () => {
    const { items } = await rejectedOf('acc-9');
    const [waiting] = items;
    if (waiting === undefined) throw new Error('the event of the unknown account was not kept');
    expect(await replay('acc-9', waiting.rejectedId)).toMatchObject({ outcome: 'rejected', code: 'unknown_account' });

    await publishAccount(ingest.producer, 'acc-9');
    await until('the replay is taken', async () => {
      const { outcome } = await replay('acc-9', waiting.rejectedId);
      return outcome === 'accepted' || undefined;
    });
    expect(await eventOf('never')).toMatchObject({ account_id: 'acc-9', origin: 'replay' });
    expect((await rejectedOf('acc-9')).items[0]?.replayedAt).not.toBeNull();
  });

  it('says why what is still wrong is refused again', async () => {
    const { items } = await rejectedOf('acc-1');
    const broken = items.find((item) => item.excerpt === '{"call_session_id": "broken');
    expect(await replay('acc-1', broken?.rejectedId ?? '')).toMatchObject({
      outcome: 'rejected',
      code: 'untranslatable',
    });
  });

  it('takes a vendor’s words again in that vendor’s dialect', async () => {
    const command = { cmd: 'event', type: 'ACCEPTED', callid: '', phone: CLIENT, user: 'ivanov' };
    await postItoolabs(command);
    const item = await until('it is listed', async () =>
      (await rejectedOf('acc-1')).items.find((each) => each.excerpt?.includes('ACCEPTED')),
    );
    expect(item.sourceId).toBe(ITOOLABS.id);
    expect(await replay('acc-1', item.rejectedId)).toMatchObject({ code: 'untranslatable' });
  });

  it.each<[string, () => Promise<Response>, number]>([
    ['a stranger', () => ask('GET', 'acc-1/rejected', 'not-the-internal-key'), 401],
    ['a stranger who replays', () => ask('POST', `acc-1/rejected/${UIS.id}/replay`, ''), 401],
    ['an id that nobody gave', () => ask('POST', `acc-1/rejected/${UIS.id}/replay`), 404],
  ])('refuses %s', async (_, request, status) => {
    expect((await request()).status).toBe(status);
  });

  it('answers for a neighbour’s event as for none', async () => {
    const [own] = (await rejectedOf('acc-1')).items;
    expect((await ask('POST', `acc-2/rejected/${own?.rejectedId ?? ''}/replay`)).status).toBe(404);
  });

  it('knows when each type of event last came from each PBX', async () => {
    const known = await until('events are noted', async () => {
      const { lastEvents } = sourceActivity.parse(await (await ask('GET', 'acc-1/activity')).json());
      return lastEvents.some((last) => last.source === 'itoolabs') ? lastEvents : undefined;
    });
    expect(known).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ source: 'uis', type: 'call.started' }),
        expect.objectContaining({ source: 'itoolabs', type: 'leg.answered' }),
      ]),
    );
  });
});

describe('while the broker is away', () => {
  beforeAll(async () => {
    await ingest.kafka.kill();
  });

  it('keeps webhooks in Postgres, answers 2xx, and relays them when the broker is back', async () => {
    const uis = await postUis(JSON.stringify(notification('away-1')));
    const canonical = await postCanonical(
      `[${JSON.stringify(ended('away-2'))},${nestedDeep('away-deep')},${JSON.stringify(ended('away-3'))}]`,
    );
    expect([uis.status, canonical.status, await held()]).toEqual([200, 200, 2]);

    await ingest.database.dataSource.query('alter table held_deliveries rename to away');
    const nowhere = await postUis(JSON.stringify(notification('away-4')));
    await ingest.database.dataSource.query('alter table away rename to held_deliveries');
    expect(nowhere.status).toBe(503);

    await ingest.kafka.start();
    expect(await eventOf('away-1')).toMatchObject({ source: 'uis', client: { e164: `+${CLIENT}` } });
    await eventOf('away-2');
    await eventOf('away-3');
    await until('nothing is held any more', async () => ((await held()) === 0 ? true : undefined));

    await produce(ended('after-away'));
    await eventOf('after-away');
  });
});

describe('what others see of it', () => {
  it('is ready, and counts what it took', async () => {
    await until('ready', async () => {
      const ready = await fetch(`${ingest.service.url}/health/ready`);
      return ready.status === 200 ? true : undefined;
    });
    const metrics = await (await fetch(`${ingest.service.url}/metrics`)).text();
    expect(metrics).toMatch(/call_ingest_events_total\{door="kafka",outcome="accepted".*\} [1-9]/);
    expect(metrics).toMatch(/call_ingest_events_total\{door="http",outcome="untranslatable".*\} [1-9]/);
    expect(metrics).toMatch(/call_ingest_held_deliveries\{.*\} 0/);
    expect(metrics).not.toContain('canary');
  });

  it('logs neither secrets nor phone numbers', () => {
    const log = ingest.logLines.join('');
    expect(log.length).toBeGreaterThan(0);
    expect(log).not.toContain('canary');
    expect(log).not.toContain(CLIENT);
  });
});
