import { describe, expect, it } from '@jest/globals';
import { type EmulatorState, type Entity } from './emulator-state.js';
import { compare, isProven, table } from './prove-sample.js';
import { readSample, type SampleScene } from './sample.js';

const atRest = { calls: 0, effects: 0, lookups: 0, parked: 0 };

function contact(id: number, phone: string, unsorted_uid: string | null = null): Entity {
  return { id, unsorted_uid, custom_fields_values: [{ field_code: 'PHONE', values: [{ value: phone }] }] };
}

function portal(entities: Partial<EmulatorState['entities']>): EmulatorState {
  const none = { contacts: [], companies: [], leads: [], unsorted: [], notes: [], tasks: [] };
  return { pipelines: [], users: [], entities: { ...none, ...entities } };
}

function scene(phone: string | null, expect: Partial<SampleScene['expect']>): SampleScene {
  const counts = { contacts: 0, deals: 0, notes: 0, unsorted: 0, tasks: 0, ...expect };
  return { title: 'a call', phone, known: null, expect: counts, rule: 'R2', reason: null };
}

const answered = portal({
  contacts: [contact(1, '8 (916) 100-01-01')],
  leads: [{ id: 7, unsorted_uid: null, contacts: [{ id: 1, is_main: true }] }],
  notes: [
    { id: 9, entity_type: 'contacts', entity_id: 1, note_type: 'call_in', params: { duration: 41 }, created_at: 0 },
  ],
});
const missed = portal({
  contacts: [contact(2, '+79161000102', 'u')],
  leads: [{ id: 8, unsorted_uid: 'u', contacts: [{ id: 2, is_main: true }] }],
  notes: [{ id: 10, entity_type: 'leads', entity_id: 8, note_type: 'call_in', params: {} }],
  unsorted: [{ uid: 'u', contact_id: 2, lead_id: 8, outcome: 'waiting', created_at: 0 }],
});

describe('the proof of the sample', () => {
  it('holds when each client has what was expected, however the number is spelled', () => {
    const proof = compare([scene('+79161000101', { contacts: 1, deals: 1, notes: 1 })], answered, atRest);
    expect(proof.rows[0]?.held).toBe('1 contact, 1 deal, 1 call note');
    expect(isProven(proof)).toBe(true);
  });

  it('counts an unaccepted claim as a claim, and not what lies in it', () => {
    expect(isProven(compare([scene('+79161000102', { unsorted: 1 })], missed, atRest))).toBe(true);
  });

  it('finds the record of a hidden number by its name', () => {
    const kept = portal({
      leads: [{ id: 8, unsorted_uid: 'u', name: 'Номер скрыт' }],
      unsorted: missed.entities.unsorted,
    });
    expect(isProven(compare([scene(null, { unsorted: 1 }), scene(null, {})], kept, atRest))).toBe(true);
    expect(isProven(compare([scene(null, { unsorted: 1 })], portal({}), atRest))).toBe(false);
  });

  it('fails on a thing too many, a thing too few, and a thing of nobody', () => {
    const twice = portal({ ...answered.entities, contacts: [contact(1, '+79161000101'), contact(3, '+79161000101')] });
    const one = [scene('+79161000101', { contacts: 1, deals: 1, notes: 1 })];
    expect(isProven(compare(one, twice, atRest))).toBe(false);
    expect(isProven(compare(one, portal({}), atRest))).toBe(false);
    expect(compare([scene(null, {})], answered, atRest).problems).toEqual([
      'in all 1 contact, 1 deal, 1 call note instead of nothing',
    ]);
  });

  it('fails while something is under way or parked', () => {
    expect(isProven(compare([], portal({}), { ...atRest, effects: 1 }))).toBe(false);
    expect(isProven(compare([], portal({}), { ...atRest, parked: 1 }))).toBe(false);
    expect(isProven(compare([], portal({}), atRest))).toBe(true);
  });

  it('is shown as a table that says what was expected where it was not met', () => {
    const lines = table(compare([scene('+79161000101', { unsorted: 1 })], answered, atRest));
    expect(lines[0]).toBe('call    rule  amoCRM holds');
    expect(lines).toContain('a call  R2    1 contact, 1 deal, 1 call note ← expected 1 unsorted record');
  });

  it('reads the recorded calls of the PBX simulator', async () => {
    const scenes = await readSample();
    expect(scenes.length).toBeGreaterThan(10);
    expect(scenes.every((each) => each.title !== '' && each.rule !== '')).toBe(true);
  });
});
