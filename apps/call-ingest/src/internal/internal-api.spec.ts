import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { rejectedList, replayOutcome, sourceActivity } from '@perezvon/contracts';
import { accepted, CLIENT, ended, notification } from '../spec/deliveries.js';
import { ITOOLABS, OpenDoors, UIS } from '../spec/open-doors.js';
import { INTERNAL_API_KEY, publishAccount, until } from '../spec/running-ingest.js';

jest.setTimeout(200_000);

let doors: OpenDoors;
beforeAll(async () => {
  doors = await OpenDoors.open();
  await doors.postUis('{"call_session_id": "broken');
  await doors.postItoolabs({ cmd: 'levitate', callid: 'vats-1' });
  await doors.postCanonical('{"a":');
  await doors.postCanonical(JSON.stringify({ ...ended('no-type'), type: 'no' }));
  await doors.postUis(JSON.stringify({ ...notification('taken-1'), notification_name: 'Входящий звонок' }));
  await doors.postItoolabs({ ...accepted('taken-2'), direction: 'in' });
  await doors.produce(ended('never', { account_id: 'acc-9' }));
  await doors.holds(1);
  await doors.patienceEnds();
  await doors.rejectedWith('unknown_account');
});
afterAll(() => doors.close());

describe('what settings-api asks', () => {
  const ask = (method: string, path: string, key = INTERNAL_API_KEY): Promise<Response> =>
    fetch(`${doors.ingest.service.url}/internal/v1/accounts/${path}`, {
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

    await publishAccount(doors.ingest.producer, 'acc-9');
    await until('the replay is taken', async () => {
      const { outcome } = await replay('acc-9', waiting.rejectedId);
      return outcome === 'accepted' || undefined;
    });
    expect(await doors.eventOf('never')).toMatchObject({ account_id: 'acc-9', origin: 'replay' });
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
    await doors.postItoolabs(command);
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

it('logs neither secrets nor phone numbers', () => {
  expect(doors.ingest.logLines).not.toHaveLength(0);
  expect(doors.secretsInLog()).toEqual([]);
});
