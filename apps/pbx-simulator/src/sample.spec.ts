import { describe, expect, it } from '@jest/globals';
import { pbxCallEventSchema } from '@perezvon/contracts';
import { clientPhone, renderScene, type Run } from './render.js';
import { readSample } from './sample.js';

const run: Run = { accountId: 'acc-1', startedAtMs: Date.parse('2025-03-04T09:00:00.000Z'), fresh: null };
const scenes = readSample();
const all = (of: Run) => scenes.flatMap((scene, index) => renderScene(scene, index, of));

describe('the sample', () => {
  it('has a scene for each cell in both directions and in both dialects', () => {
    const cells = ['answeredUnknown', 'missedUnknown', 'answeredKnown', 'missedKnown'];
    const wanted = cells.flatMap((cell) => [`R2 ${cell}`, `R2 ${cell} (исходящий)`]);
    const rulesBy = (door: (d: string) => boolean) =>
      new Set(scenes.filter((s) => s.deliveries.every((d) => door(d.door))).map((s) => s.rule));
    expect([...rulesBy((door) => door.startsWith('uis'))]).toEqual(expect.arrayContaining(wanted));
    expect([...rulesBy((door) => door === 'itoolabs')]).toEqual(expect.arrayContaining(wanted));
  });

  it('gives each scene a client and an id of its own', () => {
    const phones = scenes.flatMap((s) => s.phone ?? []);
    expect(new Set(phones).size).toBe(phones.length);
    expect(new Set(scenes.map((s) => s.id)).size).toBe(scenes.length);
  });

  it('uses every door', () => {
    expect(new Set(all(run).map((d) => d.door))).toEqual(
      new Set(['kafka', 'canonical', 'uis-post', 'uis-get', 'itoolabs']),
    );
  });

  it('speaks the public contract wherever it sends canonical events, but for the scene of the unknown type', () => {
    const canonical = scenes
      .filter((scene) => scene.id !== 'unknown-type')
      .flatMap((scene) => renderScene(scene, scenes.indexOf(scene), run))
      .filter((d) => d.door === 'kafka' || d.door === 'canonical');
    expect(canonical.length).toBeGreaterThan(50);
    for (const { body } of canonical) expect(pbxCallEventSchema.safeParse(body).error).toBeUndefined();
  });

  it('leaves no variable unfilled but the one that a PBX did not fill', () => {
    const text = JSON.stringify(all(run));
    expect(text.match(/\{+[a-z:0-9_]+\}+/g)?.filter((v) => !v.startsWith('{{'))).toEqual([]);
    expect(text).not.toMatch(/\$utc|\$local/);
    expect(text).toContain('{{contact_phone_number}}');
  });
});

describe('renderScene', () => {
  it('gives a second run the very same deliveries', () => {
    expect(all(run)).toEqual(all({ ...run }));
  });

  it('gives a fresh run other calls of other clients, but of the same known ones', () => {
    const fresh: Run = { ...run, fresh: 1741079567234 };
    const ids = (of: Run) => JSON.stringify(all(of)).match(/"(?:call_id|call_session_id|callid)":"\d+"/g) ?? [];
    const [recorded, renewed] = [new Set(ids(run)), new Set(ids(fresh))];
    expect([...renewed].filter((id) => recorded.has(id))).toEqual([]);
    expect(renewed.size).toBe(recorded.size);
    for (const scene of scenes.filter((s) => s.phone !== null)) {
      expect(clientPhone(scene, fresh)).toMatch(/^\+7916\d{7}$/);
      expect(clientPhone(scene, fresh) === scene.phone).toBe(scene.known !== undefined);
    }
  });

  it('writes the cabinet’s time as Moscow shows it, without a zone', () => {
    const first = all(run).find((d) => d.door === 'uis-post');
    expect(first?.body['notification_time']).toBe('2025-03-04 12:00:00.000');
  });

  it('spells one client in three ways', () => {
    const index = scenes.findIndex((s) => s.id === 'spellings');
    const scene = scenes[index];
    if (scene === undefined) throw new Error('no such scene');
    const raws = new Set(renderScene(scene, index, run).map((d) => (d.body['client'] as { raw: string }).raw));
    expect(raws).toEqual(new Set(['8 (916) 100-01-17', '+79161000117', '9161000117']));
  });
});
