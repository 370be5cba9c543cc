import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type CallEvent } from '@perezvon/contracts';
import { Doors, readHistories, readSample, renderScene, type Run, type Scene } from '@perezvon/pbx-simulator';
import { pbxSource, publishAccount, type RunningIngest, startIngest } from './spec/running-ingest.js';

jest.setTimeout(200_000);

/**
 * The recorded calls of reference/pbx-events.md §4.12 through the real doors, as pbx-simulator plays them. What becomes
 * of each is a reviewed snapshot: a changed one is a changed product. Not here, because nobody pushes them: 9 (the pull
 * adapters' spec), 35 (call-ingest.spec.ts), 36 (decision-engine's routing).
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
