import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { accepted, CLIENT } from '../spec/deliveries.js';
import { FLOODED_ITOOLABS, OpenDoors } from '../spec/open-doors.js';
import { INTERNAL_API_KEY, until } from '../spec/running-ingest.js';

jest.setTimeout(200_000);

let doors: OpenDoors;
beforeAll(async () => {
  doors = await OpenDoors.open();
});
afterAll(() => doors.close());

describe('the ITooLabs door', () => {
  it('takes an event and a history, and a history’s recording with it', async () => {
    const live = await doors.postItoolabs({ ...accepted('vats-1'), direction: 'in' });
    expect([live.status, await live.json()]).toEqual([200, { accepted: 1, rejected: [] }]);
    const history = { cmd: 'history', type: 'in', status: 'success', callid: 'vats-2', phone: CLIENT, user: 'ivanov' };
    const end = await doors.postItoolabs({ ...history, link: 'https://vats.megafon.ru/records/2.mp3' });
    expect(await end.json()).toEqual({ accepted: 2, rejected: [] });
    expect(await doors.eventOf('vats-1')).toMatchObject({ type: 'leg.answered', employee: { login: 'ivanov' } });
    expect(await doors.eventOf('vats-2')).toMatchObject({ source: 'itoolabs', client: { e164: `+${CLIENT}` } });
  });

  it('acknowledges an unknown cmd, so that the cabinet shows no error, and keeps it as rejected without the token', async () => {
    const answer = await doors.postItoolabs({ cmd: 'levitate', callid: 'vats-3' });
    expect([answer.status, await answer.json()]).toMatchObject([200, { rejected: [{ code: 'untranslatable' }] }]);
    const rejected = await until('the rejected command', () =>
      doors.ingest.rejected.find((r) => r.original.position === 'POST itoolabs'),
    );
    expect(Buffer.from(rejected.original.base64, 'base64').toString()).toBe('cmd=levitate&callid=vats-3');
  });

  it('answers whom a caller should be connected to, and stores that the call has begun', async () => {
    doors.engine.answer = {
      decision: 'connect',
      employee: { login: 'petrova' },
      contact: { name: 'Иван' },
      reason: 'x',
    };
    const answer = await doors.postItoolabs({
      cmd: 'contact',
      callid: 'vats-4',
      phone: CLIENT,
      diversion: '74951112233',
    });
    expect(await answer.json()).toEqual({ contact_name: 'Иван', responsible: 'petrova' });
    expect(doors.engine.questions.at(-1)).toEqual({
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
    expect(await doors.eventOf('vats-4')).toMatchObject({ type: 'call.started', direction: 'in' });
  });

  it('leaves the caller to the PBX’s own plan when the engine hangs or talks nonsense', async () => {
    for (const [callid, engineSays] of [['vats-5', null] as const, ['vats-6', { decision: 'perhaps' }] as const]) {
      doors.engine.answer = engineSays;
      const answer = await doors.postItoolabs({ cmd: 'contact', callid, phone: CLIENT });
      expect([answer.status, await answer.json()]).toEqual([200, {}]);
    }
  });

  it('lost the calls of a source that floods, for it said 200 without storing them', async () => {
    doors.engine.answer = { decision: 'fallback', reason: 'no_contact' };
    const callids = Array.from({ length: 400 }, (_, n) => `vats-flood-${String(n)}`);
    const ask = (callid: string) =>
      doors.postItoolabs({ cmd: 'contact', callid, phone: CLIENT }, FLOODED_ITOOLABS.secret, FLOODED_ITOOLABS.id);
    const answers = await Promise.all(callids.map(ask));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const asked = new Set(doors.engine.questions.map(({ body }) => (body as { call_id: string }).call_id));
    const unasked = callids.filter((callid) => !asked.has(callid));
    expect(unasked.length).toBeGreaterThan(0);
    for (const callid of unasked) expect(await doors.eventOf(callid)).toMatchObject({ type: 'call.started' });
  });
});

it('logs neither secrets nor phone numbers', () => {
  expect(doors.ingest.logLines).not.toHaveLength(0);
  expect(doors.secretsInLog()).toEqual([]);
});
