import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type CallEvent, type PbxCallEvent, pbxCallEvents } from '@perezvon/contracts';
import { Doors, readHistories, readSample, renderScene, type Run, type Scene } from '@perezvon/pbx-simulator';
import { inItoolabs, inUis } from './spec/dialects.js';
import { pbxSource, publishAccount, type RunningIngest, startIngest } from './spec/running-ingest.js';

jest.setTimeout(200_000);

/**
 * The recorded calls of reference/pbx-events.md §4.12 through the real doors, as pbx-simulator plays them. What becomes
 * of each is a reviewed snapshot: a changed one is a changed product. Not here, because nobody pushes them: 9 (the pull
 * adapters' spec), 35 (http-door.spec.ts), 36 (decision-engine's routing).
 */
const scenes = [...readSample(), ...readHistories()];
const ZONES = [...new Set(scenes.map((scene) => scene.timeZone ?? 'Europe/Moscow'))];
const ACCOUNTS = ['acc-1', 'acc-2'];

const SECRET = 'canary-secret';
const sourceId = (kind: number, zone: number): string => `0192f0c1-0000-7000-8000-0000000000${kind}${zone}`;

/** Whole seconds: templates write no more of a start. An hour ago, because it is over. */
const startedAtMs = Math.floor(Date.now() / 1000) * 1000 - 3_600_000;

let ingest: RunningIngest;

beforeAll(async () => {
  ingest = await startIngest({ sourceRps: 1000 });
  for (const accountId of ACCOUNTS) await publishAccount(ingest.producer, accountId, sourcesOf(accountId));
  for (const [index, scene] of scenes.entries()) {
    for (const delivery of renderScene(scene, index, runOf('acc-1'))) await doorsOf(scene).deliver(delivery);
  }
  await ingest.settled();
});

afterAll(async () => {
  await ingest.stop();
});

const runOf = (accountId: string): Run => ({ accountId, startedAtMs, fresh: null });

/** Vendors' cabinets belong to the first account; the second is fed by Kafka alone. */
function sourcesOf(accountId: string): ReturnType<typeof pbxSource>[] {
  if (accountId !== 'acc-1') return [];
  return ZONES.flatMap((timeZone, zone) => [
    { ...pbxSource(sourceId(1, zone), 'canonical', SECRET), timeZone },
    { ...pbxSource(sourceId(2, zone), 'uis', SECRET), timeZone },
    { ...pbxSource(sourceId(3, zone), 'itoolabs', SECRET), timeZone },
  ]);
}

function doorsOf(scene: Scene): Doors {
  const zone = ZONES.indexOf(scene.timeZone ?? 'Europe/Moscow');
  const source = (kind: number) => ({ sourceId: sourceId(kind, zone), secret: SECRET });
  const settings = { callIngestUrl: ingest.service.url, canonical: source(1), uis: source(2), itoolabs: source(3) };
  return new Doors(settings, ingest.producer);
}

/** One event as a line: what counts of it, times as seconds after the start. */
function told(event: CallEvent): string {
  const { type, call_id, direction, client, virtual_number, employee, group, outcome, outcome_detail } = event;
  const isMeasured = event.occurred_at !== null && event.occurred_at_quality !== 'received';
  const facts = {
    at: isMeasured ? (Date.parse(event.occurred_at ?? '') - startedAtMs) / 1000 : 'received',
    direction,
    client: client.e164 ?? client.kind,
    virtual: virtual_number?.e164,
    employee: employee === null ? 'nobody' : (employee?.login ?? employee?.pbx_id ?? employee?.ext),
    group: group?.id ?? group?.name,
    linked: event.linked_call_ids,
    outcome,
    outcome_detail,
    sec: [event.wait_sec, event.talk_sec, event.total_sec].map((sec) => sec ?? '?').join('/'),
    rang: event.participants?.map((p) => p.employee?.login ?? p.employee?.pbx_id),
    record: event.record?.url,
    warnings: event.warnings,
  };
  const given = Object.entries(facts).filter(([, value]) => value != null && value !== '?/?/?');
  const words = given.map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(',') : String(value)}`);
  return `${call_id} ${type} (${event.event_id.slice(0, 6)}): ${words.join(' · ')}`;
}

/** What stands in `calls.v1` of a scene in an account, repetitions counted; the order of arrival is nobody's promise. */
function toldOf(scene: Scene, accountId = 'acc-1'): string[] {
  const ids = idsOf(scene);
  const lines = ingest.events.filter((e) => e.account_id === accountId && ids.has(e.call_id)).map(told);
  const times = new Map<string, number>();
  for (const line of lines) times.set(line, (times.get(line) ?? 0) + 1);
  return [...times].map(([line, count]) => (count === 1 ? line : `${line} ×${count}`)).sort();
}

function idsOf(scene: Scene): Set<string> {
  const bodies = renderScene(scene, scenes.indexOf(scene), runOf('acc-1')).map(({ body }) => body);
  return new Set(
    bodies.flatMap((body) => {
      const info = body['call_info'];
      const nested: unknown = typeof info === 'object' && info !== null ? Reflect.get(info, 'call_session_id') : null;
      return [body['call_id'], body['call_session_id'], body['callid'], nested].filter((id) => typeof id === 'string');
    }),
  );
}

const ended = (scene: Scene): CallEvent[] =>
  ingest.events.filter((e) => idsOf(scene).has(e.call_id) && e.type === 'call.ended' && e.direction !== 'internal');

const sceneOf = (id: string): Scene => {
  const found = scenes.find((scene) => scene.id === id);
  if (found === undefined) throw new Error(`no scene ${id}`);
  return found;
};

describe('the recorded calls through the real doors', () => {
  it('are every fixture of §4.12 that a PBX can push', () => {
    const here = new Set(scenes.flatMap((scene) => scene.fixtures));
    const pushed = Array.from({ length: 34 }, (_, i) => i + 1).filter((fixture) => fixture !== 9 && fixture !== 32);
    expect(pushed.filter((fixture) => !here.has(fixture))).toEqual([]);
  });

  it.each(scenes.map((scene) => [scene.id, scene] as const))('%s', (_, scene) => {
    expect(toldOf(scene)).toMatchSnapshot();
  });

  const twins = scenes.flatMap((scene) => (scene.twin === undefined ? [] : [[scene.id, scene, scene.twin] as const]));
  it.each(twins)('%s ends like its twin in the other dialect', (_, scene, twin) => {
    const end = (of: Scene) =>
      ended(of).map(({ direction, outcome, employee }) => ({ direction, outcome, hasEmployee: employee != null }));
    expect(end(scene)).toEqual(end(sceneOf(twin)).slice(0, 1));
  });

  it('32: two accounts with the same call ids do not meet', async () => {
    const scene = sceneOf('group-missed');
    for (const delivery of renderScene(scene, scenes.indexOf(scene), runOf('acc-2'))) {
      await doorsOf(scene).deliver(delivery);
    }
    await ingest.settled();
    const withoutIds = (lines: readonly string[]) => lines.map((line) => line.replace(/\([0-9a-f]{6}\)/, ''));
    const ids = (accountId: string) =>
      ingest.events.filter((e) => e.account_id === accountId && idsOf(scene).has(e.call_id)).map((e) => e.event_id);
    expect(withoutIds(toldOf(scene, 'acc-2')).sort()).toEqual(withoutIds(toldOf(scene)).sort());
    expect(ids('acc-1').filter((id) => ids('acc-2').includes(id))).toEqual([]);
  });

  it('34: what is none of our words is kept as rejected, and only that', () => {
    const codes = ingest.rejected.map(({ door, code }) => `${door} ${code}`).sort();
    expect(codes).toEqual(['http untranslatable', 'http untranslatable', 'kafka invalid_event']);
  });
});

/**
 * Every scene by every way that it can come, each into an account of its own: what its own door made of it, told again as
 * canonical events by Kafka and by HTTP, and in the words of both vendors.
 */
const WAYS = {
  kafka: { accountId: 'acc-kafka', door: 'kafka', tell: (event: PbxCallEvent) => event as Record<string, unknown> },
  http: { accountId: 'acc-http', door: 'canonical', tell: (event: PbxCallEvent) => event as Record<string, unknown> },
  uis: { accountId: 'acc-uis', door: 'uis-post', tell: inUis },
  itoolabs: { accountId: 'acc-itoolabs', door: 'itoolabs', tell: inItoolabs },
} as const;
type Way = keyof typeof WAYS;

/** Fixtures that a dialect cannot tell, and why (reference/pbx-events.md §1, §2). */
const UNTELLABLE: Readonly<Record<Way, Readonly<Record<number, string>>>> = {
  kafka: { 34: 'refused, so there is no event to tell again; the scene itself comes by Kafka' },
  http: { 34: 'refused, so there is no event to tell again' },
  uis: { 34: 'as above' },
  itoolabs: {
    13: 'a recording is a link of the end record',
    14: 'as 13',
    15: 'as 13',
    24: 'its times are UTC',
    28: 'it has no hint of a lost call',
    29: 'its forms have no template',
    33: 'it has no status for spam',
    34: 'as above',
  },
};

describe('the recorded calls by every way that they can come', () => {
  const told = new Map<Way, Set<string>>();

  beforeAll(async () => {
    for (const way of Object.keys(WAYS) as Way[]) told.set(way, await tellAgain(way));
    await ingest.settled();
  });

  it.each(Object.keys(WAYS) as Way[])('by %s are every fixture that this way has words for', (way) => {
    const fixtures = scenes.filter(({ id }) => told.get(way)?.has(id)).flatMap((scene) => scene.fixtures);
    const missing = Array.from({ length: 34 }, (_, i) => i + 1).filter(
      (n) => n !== 9 && n !== 32 && !fixtures.includes(n),
    );
    expect(missing).toEqual(Object.keys(UNTELLABLE[way]).map(Number));
  });

  it.each(['kafka', 'http'] as const)('by %s are the events that their own doors made of them', (way) => {
    for (const scene of scenes) expect(plain(WAYS[way].accountId, scene)).toEqual(plain('acc-1', scene));
  });

  it.each(['uis', 'itoolabs'] as const)('in the words of %s end as they ended by their own doors', (way) => {
    const ends = (accountId: string, scene: Scene) =>
      [...new Set(eventsOf(scene, accountId).filter(isEnd).map(endLine))].sort();
    const differing = scenes
      .filter(({ id }) => told.get(way)?.has(id))
      .map((scene) => ({ id: scene.id, is: ends(WAYS[way].accountId, scene), was: ends('acc-1', scene) }))
      .filter(({ is, was }) => JSON.stringify(is) !== JSON.stringify(was));
    expect(differing).toEqual([]);
  });

  /** The ids of the scenes that could be told. */
  async function tellAgain(way: Way): Promise<Set<string>> {
    const { accountId, door, tell } = WAYS[way];
    const kind = { kafka: 'canonical', http: 'canonical', uis: 'uis', itoolabs: 'itoolabs' } as const;
    const id = (n: number) => `0192f0c1-0000-7000-8000-00000000${String(Object.keys(WAYS).indexOf(way))}00${String(n)}`;
    const source = { sourceId: id(1), secret: SECRET };
    await publishAccount(ingest.producer, accountId, [pbxSource(source.sourceId, kind[way], SECRET)]);
    const settings = { callIngestUrl: ingest.service.url, canonical: source, uis: source, itoolabs: source };
    const doors = new Doors(settings, ingest.producer);
    const tellable = scenes.filter((scene) => canBeTold(scene, way));
    const bodies = tellable.flatMap((scene) =>
      eventsOf(scene, 'acc-1').flatMap((event): Record<string, unknown>[] => {
        const body = tell(asPushed(event, accountId));
        return body === null ? [] : [body];
      }),
    );
    if (door === 'kafka') await ingest.producer.send(pbxCallEvents, bodies as unknown as PbxCallEvent[]);
    else await inTurns(bodies, (body) => doors.deliver({ atMs: startedAtMs, door, key: null, body }));
    return new Set(tellable.map((scene) => scene.id));
  }

  /** A few at a time, as PBXs have a few connections: nothing here promises an order, not even within a call. */
  async function inTurns<T>(things: readonly T[], deliver: (thing: T) => Promise<void>): Promise<void> {
    const queue = [...things];
    const connection = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) await deliver(next);
    };
    await Promise.all(Array.from({ length: 8 }, connection));
  }

  function canBeTold(scene: Scene, way: Way): boolean {
    return eventsOf(scene, 'acc-1').length > 0 && scene.fixtures.some((fixture) => !(fixture in UNTELLABLE[way]));
  }

  /** Without what call-ingest itself adds. */
  function asPushed(event: CallEvent, accountId: string): PbxCallEvent {
    const { event_id: _id, content_hash: _hash, received_at: _at, warnings: _warnings, raw: _raw, ...rest } = event;
    return { ...rest, account_id: accountId, client: { raw: event.client.raw } };
  }

  const eventsOf = (scene: Scene, accountId: string) =>
    ingest.events.filter((event) => event.account_id === accountId && idsOf(scene).has(event.call_id));
  const isEnd = ({ type, outcome_detail: detail }: CallEvent) => type === 'call.ended' && detail !== 'inferred';
  const endLine = ({ direction, outcome, client, employee }: CallEvent) =>
    `${direction} ${String(outcome)} ${client.e164 ?? client.kind}${employee ? ' employee' : ''}`;
  const plain = (accountId: string, scene: Scene) =>
    toldOf(scene, accountId)
      .map((line) => line.replace(/\([0-9a-f]{6}\)/, '').replace(/ · warnings .*?(?= ×|$)/, ''))
      .sort();
});
