import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { judge } from '../oracle/judge.js';
import { type Verdict } from '../oracle/verdict.js';
import { type Arena, type StartOptions } from '../rig/arena.js';
import { type Tenant } from '../rig/tenant.js';
import { until } from '../rig/until.js';
import { preload } from '../rig/writer-process.js';
import { type BugId } from './bugs.js';

/** What the harness said about a writer with a bug. */
export interface Catch {
  readonly caught: boolean;
  /** The finding that gave it away. */
  readonly by: string;
}

/**
 * In the order in which one arena goes through them. The zombie must find no other tenant's work, so it comes first; the one
 * that leaves a dead member in the group comes last.
 */
export const bugOrder: readonly BugId[] = [
  'ignore_epoch',
  'half_a_batch',
  'no_budget',
  'skip_read_back',
  'early_offset',
];

/** Lets writers with the bug work for one tenant, and judges what they did to him. */
export async function findBug(arena: Arena, tenant: Tenant, bug: BugId): Promise<Catch> {
  const planted = { imports: [preload('plant'), preload('instants')], env: { CHAOS_BUG: bug } };
  try {
    return await scenarios[bug](arena, tenant, planted);
  } finally {
    // A bug that was not found leaves nobody behind to spoil the next one's scenario.
    await arena.killAll();
  }
}

/** amoCRM's second, and some. */
const EMPTY_WINDOW_MS = 1_200;

/** Effects of a tenant that are kept on their way where many small requests are wanted. */
const MOST_OPEN = 60;

type Scenario = (arena: Arena, tenant: Tenant, planted: StartOptions) => Promise<Catch>;

const scenarios: Readonly<Record<BugId, Scenario>> = {
  async half_a_batch(arena, tenant, planted) {
    const writer = arena.start(planted);
    await arena.put(12, [tenant]);
    await until('the commands are read', async () => (await arena.lag()) === 0);
    await writer.end('SIGTERM');
    return told(await judge(arena, [tenant]), /never stored/);
  },

  async no_budget(arena, tenant, planted) {
    const writer = arena.start(planted);
    const seen = () => arena.emulator.control.report(tenant.portal.id).overLimitWindows.length;
    // One by one, so that they make many requests rather than few large ones.
    await until('more than 7 requests in a second', async () => {
      if ((await arena.ledger.openOf(tenant.accountId)) < MOST_OPEN) await arena.put(1, [tenant]);
      return seen() > 0;
    });
    await writer.end('SIGTERM');
    return told(await judge(arena, [tenant]), /^over the limit/);
  },

  async skip_read_back(arena, tenant, planted) {
    const writer = arena.start(planted);
    arena.fault({ kind: 'lose_answer_after_commit', portal: tenant.portal.id, method: 'POST', count: 8 });
    await arena.put(10, [tenant]);
    await until('answers are lost', async () => {
      await arena.ledger.hurry();
      return arena.faultsFired >= 8;
    });
    await until('what was not answered is sent again', () => {
      const { blindResends } = arena.emulator.control.report(tenant.portal.id);
      return blindResends.length > 0;
    });
    arena.endFaults();
    await writer.end('SIGTERM');
    return told(await judge(arena, [tenant]), /^blind resend/);
  },

  /** Frozen between intent and send, until its successor has looked, waited out D and sent: then it wakes. */
  async ignore_epoch(arena, tenant, planted) {
    const toll = join(arena.home, 'frozen.txt');
    await appendFile(toll, '');
    const zombie = arena.start({
      ...planted,
      env: { ...planted.env, CHAOS_AT: 'after sql commit (select lane)#1', CHAOS_SIGNAL: 'SIGSTOP', CHAOS_TOLL: toll },
    });
    await arena.put(3, [tenant]);
    await until('the writer is frozen after its intent', async () => (await readFile(toll, 'utf8')) !== '');
    const successor = arena.start();
    await until('the successor has done all', async () => (await arena.ledger.openOf(tenant.accountId)) === 0);
    // Into a window that is empty, so that what it sends is not merely turned away with 429.
    await until('the successor is silent', () => {
      const last = arena.emulator.control.requests(tenant.portal.id).at(-1);
      return last !== undefined && arena.clock.nowMs() - last.atMs > EMPTY_WINDOW_MS;
    });
    const { requests } = arena.emulator.control.report(tenant.portal.id);
    zombie.signal('SIGCONT');
    await until('the zombie has sent', () => arena.emulator.control.report(tenant.portal.id).requests > requests);
    await Promise.all([zombie, successor].map((writer) => writer.end('SIGTERM')));
    return told(await judge(arena, [tenant]), /^(duplicates|blind resend|over the limit)/);
  },

  async early_offset(arena, tenant, planted) {
    const writer = arena.start(planted);
    await arena.put(3, [tenant]);
    await until('the commands are read', async () => (await arena.lag()) === 0);
    await writer.end('SIGKILL');
    return told(await judge(arena, [tenant]), /never stored/);
  },
};

function told({ findings }: Verdict, expected: RegExp): Catch {
  const by = findings.find((finding) => expected.test(finding));
  return by === undefined ? { caught: false, by: findings.join('; ') } : { caught: true, by: by.slice(0, 160) };
}
