import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RunningService } from '@perezvon/service';
import { EngineBench } from '../testing/engine.js';
import { AnswerRoutes } from './answer-routes.js';
import { INTERNAL_KEY, startRoutingDoor } from '../testing/routing-door.js';

/** R13: somebody hears a ringing tone until the PBX has an answer, so it has one whatever happens here. */
const NO_ANSWER = { decision: 'fallback', reason: 'directory_incomplete', default_employee: null, contact: null };

type Body = NonNullable<RequestInit['body']>;

let bench: EngineBench;
let doors: RunningService[] = [];

beforeEach(async () => {
  bench = await EngineBench.start();
  await bench.publishSettings(bench.settings((integration) => (integration.incoming.personalManagerRouting = true)));
});

afterEach(async () => {
  await Promise.all(doors.map((door) => door.stop()));
  doors = [];
  await bench.database.drop();
});

async function open(routesPerSecond = 1_000): Promise<RunningService> {
  const door = await startRoutingDoor(bench.database.dataSource, { routesPerSecond });
  doors.push(door);
  return door;
}

const question = () =>
  JSON.stringify({
    account_id: bench.accountId,
    source: 'canonical',
    call_id: randomUUID(),
    client_phone: '79161234567',
  });

async function ask({ url }: RunningService, body: Body = question(), headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/v1/route`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', 'authorization': `Bearer ${INTERNAL_KEY}`, ...headers },
  });
  return { status: response.status, body: await response.json() };
}

describe('POST /v1/route answers 200', () => {
  it.each<[string, Body, Record<string, string>]>([
    ['of a charset that nobody knows', '{}', { 'content-type': 'application/json; charset=klingon' }],
    ['that claims to be compressed', '{"account_id":', { 'content-encoding': 'gzip' }],
    ['in a compression that nobody knows', '{}', { 'content-encoding': 'snail' }],
    ['that is compressed garbage', gzipSync('garbage'), { 'content-encoding': 'gzip' }],
    ['of bytes', new Uint8Array([0, 255, 254]), { 'content-type': 'application/octet-stream' }],
    ['with a number where a text belongs', '{"account_id":"a","source":"uis","client_phone":7}', {}],
    ['from a PBX of a kind that does not exist', '{"account_id":"a","source":"abacus"}', {}],
  ])('to a body %s', async (_what, body, headers) => {
    expect(await ask(await open(), body, headers)).toEqual({ status: 200, body: NO_ANSWER });
  });

  it('when more is asked than one PBX may ask', async () => {
    const door = await open(1);
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(door)));
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    expect(answers).toContainEqual({ status: 200, body: NO_ANSWER });
  });

  it('when the database does not answer in time', async () => {
    const door = await open();
    const holder = bench.database.dataSource.createQueryRunner();
    await holder.startTransaction();
    await holder.query('lock table accounts in access exclusive mode');
    expect(await ask(door)).toEqual({ status: 200, body: NO_ANSWER });
    await holder.rollbackTransaction();
    await holder.release();
    expect(await ask(door)).toMatchObject({ body: { reason: 'directory_incomplete' } });
  });

  it('when the answer cannot be written down for now, and the same when it is asked again meanwhile', async () => {
    const door = await open();
    const holder = bench.database.dataSource.createQueryRunner();
    await holder.startTransaction();
    await holder.query('lock table route_answers in share mode');
    const asked = question();
    const first = await ask(door, asked);
    await bench.publishSettings(bench.settings((integration) => (integration.active = false), 2));
    expect(await ask(door, asked)).toEqual(first);
    await holder.rollbackTransaction();
    await holder.release();
    await door.app.get(AnswerRoutes).settled();
    expect(await ask(door, asked)).toEqual(first);
    expect(await ask(door)).toMatchObject({ body: { reason: 'integration_inactive' } });
  });

  it('when the answers before it cannot be written down: they held every connection, and it waited for them', async () => {
    await bench.publishPortal();
    await bench.answerLookup('+79161234567', [bench.contact(7)]);
    const door = await open();
    const holder = bench.database.dataSource.createQueryRunner();
    await holder.startTransaction();
    await holder.query('lock table route_answers in share mode');
    for (let asked = 0; asked < 20; asked += 1) {
      expect(await ask(door)).toMatchObject({ body: { reason: 'responsible_unmapped' } });
    }
    await holder.rollbackTransaction();
    await holder.release();
  });

  it('when the database is gone', async () => {
    const door = await open();
    await bench.database.drop();
    expect(await ask(door)).toEqual({ status: 200, body: NO_ANSWER });
    const uis = await fetch(`${door.url}/v1/route/uis/${randomUUID()}/secret?numa=79161234567`);
    expect([uis.status, await uis.json()]).toEqual([200, { returned_code: 1 }]);
    bench = await EngineBench.start();
  });
});
