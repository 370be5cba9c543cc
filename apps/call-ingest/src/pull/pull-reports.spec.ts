import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  callEventSchema,
  calls,
  type CallEvent,
  type PbxSource,
  type RejectedCallEvent,
  rejectedCallEvents,
} from '@perezvon/contracts';
import { KeyRing, newCredentialsKey, sealPullToken } from '@perezvon/credentials';
import { createTestDatabase, type TestDatabase } from '@perezvon/postgres';
import { createLogger } from '@perezvon/service';
import { AccountDirectory } from '../accounts/account-directory.js';
import { upsertAccounts } from '../accounts/account-statements.js';
import { type Intake } from '../intake/intake.js';
import { IntakeProducer } from '../kafka/intake-producer.js';
import { migrations } from '../migrations/index.js';
import { ReplayRejected } from '../rejected/replay-rejected.js';
import { pbxSource } from '../spec/running-ingest.js';
import { startVendorStandIn, type VendorStandIn } from '../spec/vendor-stand-in.js';
import { PullCursors } from './pull-cursors.js';
import { PullReports } from './pull-reports.js';

const SOURCE = '0192f0c1-0000-7000-8000-000000000031';
const TOKEN = 'vendor-canary-token';
const keys = KeyRing.parse(newCredentialsKey('k1'));

let database: TestDatabase;
let vendor: VendorStandIn;
let directory: AccountDirectory;
let stored: CallEvent[];
let rejected: RejectedCallEvent[];
let counted: { accepted: number; rejected: number }[];
let passedOver: number;
let version = 0;
let logLines: string[];

beforeAll(async () => {
  database = await createTestDatabase({ schema: 'call_ingest', migrations });
});
afterAll(async () => database.drop());

beforeEach(async () => {
  vendor = await startVendorStandIn();
  stored = [];
  rejected = [];
  counted = [];
  passedOver = 0;
  logLines = [];
  await database.dataSource.query('truncate pull_cursors, account_settings');
  directory = new AccountDirectory(database.dataSource);
  await configure(pbxSource(SOURCE, 'itoolabs', 'secret'));
});
afterEach(async () => vendor.stop());

/** The account's one source, which the stand-in reports for. */
async function configure(source: PbxSource): Promise<void> {
  const sealedToken = sealPullToken(keys, TOKEN, { accountId: 'acc-1', sourceId: SOURCE });
  const sources = [{ ...source, pull: { enabled: true, url: vendor.url, sealedToken } }];
  await upsertAccounts(database.dataSource, [{ accountId: 'acc-1', version: ++version, sources }]);
  await directory.refresh();
}

const producer = new IntakeProducer({
  sendRaw: (topic, records) => {
    const values = records.map(({ value }): unknown => JSON.parse(String(value)));
    if (topic === calls.topic) stored.push(...values.map((value) => callEventSchema.parse(value)));
    else rejected.push(...values.map((value) => rejectedCallEvents.parse(value)));
    return Promise.resolve();
  },
});

/** One of the processes that reconcile; they share the database and nothing else. */
function reports(extraOrigins = [vendor.url]): PullReports {
  const logger = createLogger({
    service: 'spec',
    level: 'debug',
    destination: { write: (line: string) => void logLines.push(line) },
  });
  const metrics = {
    pulled: (intake: Intake, rowsPassedOver: number) => {
      counted.push({ accepted: intake.accepted.length, rejected: intake.rejections.length });
      passedOver += rowsPassedOver;
    },
  };
  const access = { keys, extraOrigins };
  return new PullReports(directory, new PullCursors(database.dataSource), producer, access, metrics, logger);
}

const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

function row(uid: string, startedMinutesAgo: number, minutes: number): Record<string, unknown> {
  const talk = { type: 'in', status: 'success', user: 'ivanov', client: '79161112233', destination: 'user' };
  return { uid, ...talk, start: minutesAgo(startedMinutesAgo), duration: minutes * 60 };
}

const again = () => database.dataSource.query('update pull_cursors set due_at = now()');
const pulledIds = () => stored.filter((e) => e.type === 'call.ended').map((e) => e.call_id);

describe('reconciliation', () => {
  it('9: brings the end of a call whose event was lost', async () => {
    vendor.answer = () => ({ body: [row('lost-end', 10, 5)] });
    expect(await reports().turn()).toBe('pulled');
    expect(stored).toMatchObject([{ type: 'call.ended', call_id: 'lost-end', origin: 'pull', outcome: 'answered' }]);
  });

  it('asks once an hour, and of two processes only one', async () => {
    const both = await Promise.all([reports().turn(), reports().turn()]);
    expect([...both].sort()).toEqual(['nothing_due', 'pulled']);
    expect(await reports().turn()).toBe('nothing_due');
    expect(vendor.requests).toHaveLength(1);
  });

  it('finds a long conversation that began before everything that was pulled already', async () => {
    vendor.answer = () => ({ body: [row('short', 20, 1)] });
    await reports().turn();
    await again();
    vendor.answer = () => ({ body: [row('long', 600, 599), row('short', 20, 1)] });
    await reports().turn();
    expect(pulledIds()).toContain('long');
    const from = vendor.requests.at(-1)?.query.get('start') ?? '';
    const compact = minutesAgo(24 * 60).replaceAll(/[-:]|\.\d+Z$/g, '');
    expect(from < compact).toBe(true);
  });

  it('does not bring what finished long before the cursor again', async () => {
    vendor.answer = () => ({ body: [row('yesterday', 20 * 60, 1), row('now', 2, 1)] });
    await reports().turn();
    await again();
    await reports().turn();
    expect(pulledIds().filter((id) => id === 'yesterday')).toHaveLength(1);
    expect(pulledIds().filter((id) => id === 'now')).toHaveLength(2);
  });

  it('lost what the vendor wrote late: the cursor stands at the newest finish, not at the time of asking', async () => {
    vendor.answer = () => ({ body: [row('seen', 31, 1)] });
    await reports().turn();
    await again();
    vendor.answer = () => ({ body: [row('seen', 31, 1), row('written-late', 26, 1), row('before-overlap', 42, 1)] });
    await reports().turn();
    expect(pulledIds()).toEqual(['seen', 'seen', 'written-late']);
  });

  it('lost every call for two hours after one by a clock that is fast: the cursor is never ahead of ours', async () => {
    vendor.answer = () => ({ body: [row('ahead', 10, 130)] });
    await reports().turn();
    await again();
    vendor.answer = () => ({ body: [row('now', 2, 1)] });
    await reports().turn();
    expect(pulledIds()).toEqual(['ahead', 'now']);
  });

  it('keeps its cursor when the vendor fails, and goes on from there', async () => {
    vendor.answer = () => ({ status: 503, body: {} });
    expect(await reports().turn()).toBe('failed');
    expect(await reports().turn()).toBe('nothing_due');
    await again();
    vendor.answer = () => ({ body: [row('late', 60, 5)] });
    expect(await reports().turn()).toBe('pulled');
    expect(pulledIds()).toEqual(['late']);
  });

  it('follows a process that died with the lease in its hands', async () => {
    const cursors = new PullCursors(database.dataSource);
    expect(await cursors.claim([SOURCE], 0)).not.toBeNull();
    expect(await reports().turn()).toBe('nothing_due');
    await database.dataSource.query(`update pull_cursors set leased_until = now()`);
    expect(await reports().turn()).toBe('pulled');
  });

  it('asks nobody outside of the vendor’s domains, whatever the settings say', async () => {
    expect(await reports([]).turn()).toBe('failed');
    expect(vendor.requests).toEqual([]);
  });

  it('loses no call without a word: a row that cannot be read is rejected as it came, and its window moves on', async () => {
    const unreadable = { ...row('unreadable', 10, 5), start: 'вчера' };
    const refused = row('x'.repeat(201), 12, 5);
    vendor.answer = () => ({ body: [unreadable, refused, row('beside', 10, 5)] });
    expect(await reports().turn()).toBe('pulled');
    expect(pulledIds()).toEqual(['beside']);
    expect(rejected).toMatchObject([
      { door: 'pull', accountId: 'acc-1', sourceId: SOURCE, code: 'untranslatable', original: { dialect: 'itoolabs' } },
      { door: 'pull', code: 'untranslatable' },
    ]);
    expect(JSON.parse(Buffer.from(rejected[0]?.original.base64 ?? '', 'base64').toString())).toEqual(unreadable);
    await again();
    vendor.answer = () => ({ body: [unreadable, refused, row('written-late', 13, 1)] });
    await reports().turn();
    expect(pulledIds()).toEqual(['beside', 'written-late']);
    expect(new Set(rejected.map(({ rejectedId }) => rejectedId)).size).toBe(2);
    expect(counted).toEqual([1, 1].map((accepted) => ({ accepted, rejected: 2 })));
  });

  it('drives a rejected row again as the report’s', async () => {
    const seen = new Map<string, RejectedCallEvent>();
    vendor.answer = () => ({ body: [{ ...row('later', 10, 5), start: 'вчера' }] });
    await reports().turn();
    for (const one of rejected) seen.set(one.rejectedId, one);
    const [waiting] = rejected;
    if (waiting === undefined) throw new Error('nothing was rejected');
    const readable = JSON.stringify(row('later', 10, 5));
    seen.set('mended', {
      ...waiting,
      original: { ...waiting.original, base64: Buffer.from(readable).toString('base64') },
    });
    const replay = new ReplayRejected(
      { find: (_, id) => Promise.resolve(seen.get(id)), markReplayed: () => Promise.resolve() },
      directory,
      producer,
    );
    expect(await replay.replay('acc-1', waiting.rejectedId)).toMatchObject({
      outcome: 'rejected',
      code: 'untranslatable',
    });
    expect(await replay.replay('acc-1', 'mended')).toMatchObject({ outcome: 'accepted' });
    expect(stored).toMatchObject([{ type: 'call.ended', call_id: 'later', origin: 'replay', outcome: 'answered' }]);
  });

  it('writes neither token nor number into the log', async () => {
    vendor.answer = () => ({ body: [row('x', 10, 5)] });
    await reports().turn();
    await again();
    vendor.answer = () => ({ status: 401, body: {} });
    await reports().turn();
    expect(logLines.join('')).toContain('a report could not be pulled');
    expect(logLines.join('')).not.toMatch(/canary|79161112233/);
  });
});

describe('reconciliation with a PBX whose clock is not ours', () => {
  const realNow = Date.now.bind(Date);
  const HOUR_MS = 60 * 60_000;
  let passedMs: number;

  beforeEach(() => {
    passedMs = 0;
    jest.spyOn(Date, 'now').mockImplementation(() => realNow() + passedMs);
  });
  afterEach(() => void jest.restoreAllMocks());

  /** A PBX that tells times by its own clock, and answers only what began in the window, as vendors do. */
  function pbx(aheadMinutes: number) {
    const calls: { uid: string; startedMs: number; seconds: number; readable: boolean }[] = [];
    let aheadMs = aheadMinutes * 60_000;
    const told = (ms: number): string => new Date(ms).toISOString().replaceAll(/[-:]|\.\d+/g, '');
    vendor.answer = ({ query }) => ({
      body: calls
        .map((call) => ({ ...call, start: told(call.startedMs + aheadMs) }))
        .filter(({ start }) => start >= (query.get('start') ?? '') && start <= (query.get('end') ?? ''))
        .map(({ uid, start, seconds, readable }) => {
          return { ...row(uid, 0, 0), start, duration: seconds, ...(readable ? {} : { uid: 'x'.repeat(201) }) };
        }),
    });
    return {
      finished: (uid: string, minutesAgo: number, { minutes = 1, readable = true } = {}) =>
        void calls.push({
          uid,
          startedMs: Date.now() - (minutesAgo + minutes) * 60_000,
          seconds: minutes * 60,
          readable,
        }),
      /** The whole report reads otherwise from now on: another zone was configured, for them or for us. */
      readsAhead: (minutes: number) => void (aheadMs = minutes * 60_000),
    };
  }

  async function cursorMinutesAgo(): Promise<number> {
    const [cursor] = await database.dataSource.query<{ finished_until: Date }[]>('select * from pull_cursors');
    return Math.round((Date.now() - Number(cursor?.finished_until)) / 60_000);
  }

  /** The next hour's turn, by a process that knows only what the database does. */
  async function nextHour(hours = 1): Promise<string[]> {
    passedMs += hours * HOUR_MS;
    const before = pulledIds().length;
    await again();
    expect(await reports().turn()).toBe('pulled');
    return pulledIds().slice(before);
  }

  it('9: pulled one call and never another where the clock was 3 hours behind, though each turn said “pulled” (R4)', async () => {
    vendor.answer = () => ({ body: [row('ended-185-ago', 186, 1)] });
    await reports().turn();
    await again();
    vendor.answer = () => ({ body: [row('ended-185-ago', 186, 1), row('ended-181-ago', 182, 1)] });
    await reports().turn();
    await again();
    vendor.answer = () => ({ body: [row('ended-181-ago', 182, 1), row('ended-180-ago', 181, 1)] });
    await reports().turn();
    expect(new Set(pulledIds())).toEqual(new Set(['ended-185-ago', 'ended-181-ago', 'ended-180-ago']));
  });

  it.each([
    ['3 hours behind', -3 * 60],
    ['3 hours ahead', 3 * 60],
    ['in a zone 9 hours to the east of the configured one', 9 * 60],
    ['in a zone 11 hours to the west of the configured one', -11 * 60],
    ['right', 0],
  ])('lost calls, or brought them hours late, of a PBX whose clock was %s', async (_, ahead) => {
    const vats = pbx(ahead);
    vats.finished('before', 30);
    expect(await nextHour(0)).toEqual(['before']);
    for (const hour of [1, 2, 3, 4, 5, 6]) {
      passedMs += HOUR_MS;
      vats.finished(`early-${hour}`, 55);
      vats.finished(`late-${hour}`, 2);
      expect(await nextHour(0)).toEqual(expect.arrayContaining([`early-${hour}`, `late-${hour}`]));
    }
    vats.finished('of-22-hours', 1, { minutes: 22 * 60 });
    expect(await nextHour(0)).toContain('of-22-hours');
    const again = new Set(stored.map(({ event_id, content_hash }) => `${event_id} ${content_hash}`));
    expect(again.size).toBe(new Set(pulledIds()).size);
  });

  it('lost calls, or brought them hours late, of a cabinet in Moscow that is configured as Kamchatka', async () => {
    const reported: { id: number; finishedMs: number }[] = [];
    const moscow = (ms: number) => new Date(ms + 3 * HOUR_MS).toISOString().slice(0, 19).replace('T', ' ');
    const seconds = { wait_duration: 5, talk_duration: 50, total_duration: 55 };
    vendor.answer = ({ body }) => {
      const { date_from: from, date_till: till } = (body as { params: { date_from: string; date_till: string } })
        .params;
      const data = reported
        .map(({ id, finishedMs }) => ({ id, start_time: moscow(finishedMs - 60_000), finish_time: moscow(finishedMs) }))
        .filter(({ start_time: start }) => start >= from && start <= till)
        .map((times) => ({ ...times, ...seconds, direction: 'in', source: 'va', contact_phone_number: '79161112233' }));
      return { body: { jsonrpc: '2.0', id: 0, result: { data } } };
    };
    await configure({ ...pbxSource(SOURCE, 'uis', 'secret'), timeZone: 'Asia/Kamchatka' });
    for (const id of [1, 2, 3, 4]) {
      passedMs += HOUR_MS;
      reported.push({ id, finishedMs: Date.now() - 55 * 60_000 });
      reported.push({ id: id + 100, finishedMs: Date.now() - 2 * 60_000 });
      expect(await nextHour(0)).toEqual(expect.arrayContaining([`${id}`, `${id + 100}`]));
    }
  });

  it.each([-3 * 60, 0, 3 * 60])(
    'lost the first call after a quiet day where the clock was %s minutes ahead',
    async (ahead) => {
      const vats = pbx(ahead);
      vats.finished('yesterday', 5);
      expect(await nextHour(0)).toEqual(['yesterday']);
      for (let hour = 0; hour < 80; hour += 4) await nextHour(4);
      const hoursAsked = Date.now() - Date.parse(spelled(vendor.requests.at(-1)?.query.get('start') ?? ''));
      expect(hoursAsked / HOUR_MS).toBeLessThan(2 * 24 + 8);
      passedMs += HOUR_MS;
      vats.finished('today', 50);
      expect(await nextHour(0)).toEqual(['today']);
    },
  );

  it('asked too little after the vendor could not be reached for days', async () => {
    const vats = pbx(-3 * 60);
    vats.finished('before', 5);
    await nextHour(0);
    passedMs += 24 * HOUR_MS;
    vats.finished('meanwhile', 50);
    const answers = vendor.answer;
    vendor.answer = () => ({ status: 503, body: {} });
    for (let day = 0; day < 3; day++) {
      await again();
      expect(await reports().turn()).toBe('failed');
      passedMs += 24 * HOUR_MS;
    }
    vendor.answer = answers;
    expect(await nextHour(0)).toContain('meanwhile');
  });

  it('lost three hours of calls after one row of the future: what our clock has not reached moves nothing', async () => {
    const vats = pbx(-3 * 60);
    vats.finished('before', 5);
    vats.finished('of-a-broken-clock', -6 * 60);
    await nextHour(0);
    passedMs += HOUR_MS;
    vats.finished('next', 50);
    expect(await nextHour(0)).toContain('next');
  });

  it('lost calls after a row that could not be read: it moves no cursor', async () => {
    const vats = pbx(-3 * 60);
    vats.finished('before', 5);
    vats.finished('unreadable', -150, { readable: false });
    await nextHour(0);
    expect(await cursorMinutesAgo()).toBe(185);
    passedMs += HOUR_MS;
    vats.finished('next', 50);
    expect(await nextHour(0)).toContain('next');
    expect(counted.map((one) => one.rejected)).toEqual([1, 1]);
  });

  it.each([
    ['right, then 4 hours behind', 0, -4 * 60],
    ['4 hours ahead, then right', 4 * 60, 0],
    ['right, then 4 hours ahead', 0, 4 * 60],
    ['3 hours behind, then right', -3 * 60, 0],
  ])('lost hours of calls when the zone was read anew: %s', async (_, first, second) => {
    const vats = pbx(first);
    vats.finished('old', 20 * 60);
    vats.finished('before', 5);
    await nextHour(0);
    passedMs += HOUR_MS;
    vats.readsAhead(second);
    vats.finished('next', 55);
    vats.finished('last', 2);
    const brought = await nextHour(0);
    expect(brought).toEqual(expect.arrayContaining(['next', 'last']));
    expect(brought).not.toContain('old');
    passedMs += HOUR_MS;
    vats.finished('after', 55);
    expect(await nextHour(0)).toContain('after');
  });

  it('brought nothing older than a day of a source that was just connected, and still does not a turn later', async () => {
    const vats = pbx(0);
    vats.finished('two-days-old', 30 * 60);
    expect(await nextHour(0)).toEqual([]);
    expect(await nextHour()).toEqual([]);
  });

  it('passed rows over without a word: they are counted and told, with how far the newest is from our clock', async () => {
    const vats = pbx(-3 * 60);
    vats.finished('known', 20 * 60);
    vats.finished('newest', 5);
    await nextHour(0);
    await nextHour();
    const told = logLines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(told.map(({ rows, calls: taken, passedOver: over }) => [rows, taken, over])).toEqual([
      [2, 2, 0],
      [2, 1, 1],
    ]);
    expect(told.map(({ newestMinutesAgo }) => newestMinutesAgo)).toEqual([185, 245]);
    expect(passedOver).toBe(1);
  });
});

const spelled = (compact: string) => compact.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z');
