import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
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
  logLines = [];
  await database.dataSource.query('truncate pull_cursors, account_settings');
  directory = new AccountDirectory(database.dataSource);
  const source: PbxSource = {
    ...pbxSource(SOURCE, 'itoolabs', 'secret'),
    pull: {
      enabled: true,
      url: vendor.url,
      sealedToken: sealPullToken(keys, TOKEN, { accountId: 'acc-1', sourceId: SOURCE }),
    },
  };
  await upsertAccounts(database.dataSource, [{ accountId: 'acc-1', version: 1, sources: [source] }]);
  await directory.refresh();
});
afterEach(async () => vendor.stop());

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
    pulled: (intake: Intake) =>
      void counted.push({ accepted: intake.accepted.length, rejected: intake.rejections.length }),
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

  it('follows the clock an hour behind while nobody calls', async () => {
    await reports().turn();
    await again();
    vendor.answer = () => ({ body: [row('within', 66, 1), row('beyond', 76, 1)] });
    await reports().turn();
    expect(pulledIds()).toEqual(['within']);
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
