import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { callIdOf, tiesOf } from '@perezvon/calls';
import type { CallEvent } from '@perezvon/contracts';
import { EngineBench } from '../testing/engine.js';

/**
 * R15: two ids of one call that are stored at the same moment, by transactions of which neither sees the other. Who is
 * held back by a lock has read and has not committed: here until the other has been handled to its end, or has read too.
 */

const PHONE = '+79161234567';
const hidden = { client: { raw: 'anonymous', e164: null, kind: 'hidden' } } as const;

let bench: EngineBench;

beforeEach(async () => {
  bench = await EngineBench.start();
  await bench.publishSettings(
    bench.settings(({ incoming }) => {
      incoming.hiddenNumbers = 'unsorted';
      incoming.unsortedRecordWaitSec = 0;
      incoming.cells.answeredUnknown = { enabled: true, action: 'create_unsorted', pipelineId: 10 };
    }),
  );
  await bench.publishPortal();
  await bench.answerLookup(PHONE);
});

afterEach(async () => {
  await bench.database.drop();
});

const idOf = (pbxCallId: string) => callIdOf(bench.event('call.started', 0), pbxCallId);

type Lock = readonly [sql: string, ...callIds: string[]];

/** Whoever claims a stored call waits for its row. */
const lockRow = (pbxCallId: string): Lock => ['select 1 from calls where call_id = $1 for update', idOf(pbxCallId)];

/** Whoever founds a call waits until it is certain that nobody else has. */
const lockFounding = (pbxCallId: string): Lock => lockAlias(idOf(pbxCallId));

/** Whoever stores that a call goes by this id waits. */
const lockAlias = (aliasId: string): Lock => ['insert into call_aliases (alias_id, call_id) values ($1, $1)', aliasId];

/** Whoever claims any call waits. */
const lockCalls: Lock = ['lock table calls in exclusive mode'];

/** Begins to handle the held events and, before they are committed, handles the others to their end. */
async function during(
  held: readonly (readonly CallEvent[])[],
  [lock, ...callIds]: Lock,
  meanwhile: readonly CallEvent[],
): Promise<void> {
  const runner = bench.database.dataSource.createQueryRunner();
  await runner.startTransaction();
  await runner.query(lock, callIds);
  const handled = held.map((events) => bench.process().withEvents(events));
  while ((await waiting()) < held.length) continue;
  await bench.process().withEvents(meanwhile);
  await runner.rollbackTransaction();
  await runner.release();
  await Promise.all(handled);
}

async function waiting(): Promise<number> {
  const [row]: { count: number }[] = await bench.database.dataSource.query(
    `select count(*)::int as count from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return row?.count ?? 0;
}

/** The first id's last word, and all times that may have been waited for. */
async function finish(more: Partial<CallEvent>): Promise<void> {
  const talk = { outcome: 'answered', talk_sec: 15, total_sec: 61 } as const;
  await bench.process().withEvents([bench.event('call.ended', 61, { call_id: 'first', ...talk, ...more })]);
  for (const seconds of [25, 3_600]) {
    bench.now = new Date(bench.now.getTime() + seconds * 1_000);
    await bench.process().due(100);
  }
}

/** Calls that are not joined, each with what amoCRM is to be told of it. */
async function written(): Promise<Record<string, string[]>> {
  const rows: { pbx_call_id: string; promised: string[] }[] = await bench.database.dataSource.query(
    `select pbx_call_id, array(select json_object_keys(progress -> 'promised') order by 1) as promised
       from calls where state <> 'joined'`,
  );
  return Object.fromEntries(rows.map((row) => [row.pbx_call_id, row.promised]));
}

const first = (type: CallEvent['type'], second: number, more: Partial<CallEvent>) =>
  bench.event(type, second, { call_id: 'first', ...more });
const second = (type: CallEvent['type'], at: number, more: Partial<CallEvent>) =>
  bench.event(type, at, { call_id: 'second', ...more });

/** A kind of call, under the number of its client or without. */
interface Kind {
  readonly name: string;
  readonly stored: Partial<CallEvent>;
  readonly transfer: Partial<CallEvent>;
  readonly after: Partial<CallEvent>;
  readonly promised: readonly string[];
}

const KINDS: readonly Kind[] = [
  { name: 'of a hidden caller', stored: hidden, transfer: hidden, after: hidden, promised: ['unsorted'] },
  {
    name: 'whose transfer was told without the number',
    stored: {},
    transfer: hidden,
    after: {},
    promised: ['note', 'unsorted'],
  },
];

describe.each(KINDS)('a transferred call $name', ({ stored, transfer, after, promised }) => {
  const naming = () => [first('call.transferred', 20, { linked_call_ids: ['second'], ...transfer })];
  const afterTransfer = () => [
    second('leg.answered', 22, { employee: { ext: '103' }, ...after }),
    second('call.ended', 60, { outcome: 'answered', talk_sec: 38, total_sec: 40, ...after }),
  ];

  beforeEach(async () => {
    const beforeTransfer = [
      first('call.started', 0, stored),
      first('leg.answered', 5, { employee: { ext: '102' }, ...stored }),
    ];
    await bench.process().withEvents(beforeTransfer);
  });

  it('was written twice when its second id was stored while its transfer was', async () => {
    await during([naming()], lockRow('first'), afterTransfer());
    await finish(stored);
    expect(await written()).toEqual({ first: promised });
  });

  it('was written twice when its transfer was stored while its second id was', async () => {
    await during([afterTransfer()], lockFounding('second'), naming());
    await finish(stored);
    expect(await written()).toEqual({ first: promised });
  });

  it('was written twice when both were stored at the same moment', async () => {
    await during([naming(), afterTransfer()], lockCalls, []);
    await finish(stored);
    expect(await written()).toEqual({ first: promised });
  });
});

describe('a call whose second id tells its number late', () => {
  const naming = () => [first('leg.answered', 20, { employee: { ext: '102' }, linked_call_ids: ['second'] })];
  const number = () => [second('call.ended', 60, { outcome: 'answered', talk_sec: 38, total_sec: 60 })];

  beforeEach(async () => {
    await bench.process().withEvents([first('call.started', 0, {})]);
    await bench.process().withEvents([second('leg.answered', 22, { employee: { ext: '103' }, ...hidden })]);
  });

  it('was written twice when it was named while the number was stored', async () => {
    await during([number()], lockRow('second'), naming());
    await finish({});
    expect(await written()).toEqual({ first: ['note', 'unsorted'] });
  });

  it('was written twice when the number was stored while it was named', async () => {
    await during([naming()], lockRow('first'), number());
    await finish({});
    expect(await written()).toEqual({ first: ['note', 'unsorted'] });
  });
});

describe('a hidden caller who was transferred', () => {
  const talk = (more: Partial<CallEvent>) => ({ outcome: 'answered', talk_sec: 20, total_sec: 30, ...more }) as const;

  it('was written twice when the transfer came after the second id’s record, and the number with the call’s own', async () => {
    await bench.process().withEvents([first('call.started', 0, hidden)]);
    await bench.process().withEvents([first('leg.answered', 10, { employee: { ext: '102' }, ...hidden })]);
    await bench.process().withEvents([second('leg.answered', 32, { employee: { ext: '103' }, ...hidden })]);
    await bench.process().withEvents([second('call.ended', 91, talk({ talk_sec: 55, total_sec: 60 }))]);
    const naming = { linked_call_ids: ['second'], ...hidden };
    await bench.process().withEvents([first('call.transferred', 30, naming)]);
    await finish(talk({ occurred_at: bench.event('call.ended', 31).occurred_at }));
    expect(await written()).toEqual({ first: ['note', 'unsorted'] });
  });
});

describe('a call whose second id was hidden when it named the third', () => {
  it('was written twice when the third had told its number before the second was known to be of the first', async () => {
    const third = (type: CallEvent['type'], at: number, more: Partial<CallEvent>) =>
      bench.event(type, at, { call_id: 'third', ...more });
    const record = { outcome: 'answered', talk_sec: 15, total_sec: 20 } as const;
    await bench.process().withEvents([first('leg.answered', 5, { employee: { ext: '102' } })]);
    await bench.process().withEvents([third('leg.answered', 45, { employee: { ext: '104' }, ...hidden })]);
    await bench.process().withEvents([second('leg.answered', 25, { employee: { ext: '103' }, ...hidden })]);
    await bench
      .process()
      .withEvents([
        second('call.transferred', 40, { linked_call_ids: ['third'], ...hidden }),
        third('call.ended', 60, record),
      ]);
    await bench.process().withEvents([first('call.transferred', 20, { linked_call_ids: ['second'] })]);
    await bench.process().withEvents([second('call.ended', 40, record)]);
    await finish({ ...record, occurred_at: bench.event('call.ended', 20).occurred_at });
    expect(await written()).toEqual({ first: ['note', 'unsorted'] });
  });
});

describe('a call that goes on to a third', () => {
  const leg = (pbxCallId: string, at: number, ext: string) =>
    bench.event('leg.answered', at, { call_id: pbxCallId, employee: { ext } });
  const moved = (pbxCallId: string, at: number, to: string) =>
    bench.event('call.transferred', at, { call_id: pbxCallId, linked_call_ids: [to] });

  const endAt = (at: number) => ({
    occurred_at: bench.event('call.ended', at).occurred_at,
    talk_sec: 395,
    total_sec: at,
  });

  beforeEach(async () => {
    await bench.process().withEvents([first('call.started', 0, {}), leg('first', 5, '102')]);
  });

  /** By which the transfer's call is found under the id that it names. */
  const namedIdOf = (transfer: CallEvent) => tiesOf(transfer).named[0]?.namedIds[0] ?? '';

  it('was looked for without an end when its second id was joined to it while the third was stored', async () => {
    await bench.process().withEvents([leg('second', 64, '103')]);
    const on = moved('second', 200, 'third');
    await during([[on]], lockAlias(namedIdOf(on)), [moved('first', 60, 'second')]);
    await bench.process().withEvents([leg('third', 203, '104')]);
    await finish(endAt(400));
    expect(await written()).toEqual({ first: ['note', 'unsorted'] });
  });

  it('was written twice when its second id was founded by a transfer while the first told of that id too', async () => {
    // Aliases are stored in their order: the transfer waits before it has stored its own.
    const third = Array.from({ length: 1_000 }, (_, i) => `third-${i}`).find(
      (id) => namedIdOf(moved('second', 60, id)) < idOf('second'),
    );
    if (third === undefined) throw new Error('no id sorts before');
    const on = moved('second', 60, third);
    await during([[on]], lockAlias(namedIdOf(on)), [moved('first', 20, 'second'), leg('second', 25, '103')]);
    await bench.process().withEvents([leg(third, 64, '104')]);
    await finish(endAt(400));
    expect(await written()).toEqual({ first: ['note', 'unsorted'] });
  });
});
