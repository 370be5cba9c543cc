import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureTopics } from '@perezvon/kafka';
import PgBoss from 'pg-boss';
import { isOver, type Session } from '../faults/fault.js';
import { surplusIn } from '../oracle/crm-oracle.js';
import { Arena } from '../rig/arena.js';
import { within } from '../rig/until.js';
import { baselineQueue, baselineTopic, type BaselineCall } from './portal-calls.js';

export const baselineNames = ['naive at-least-once consumer', 'pg-boss job with plain retry'] as const;
export type BaselineName = (typeof baselineNames)[number];

/** What strikes the baselines; the ids are those of the matrix. `rules`: of the emulator; none: the process is killed. */
export const baselineFaults: readonly { readonly fault: string; readonly rules: readonly object[] }[] = [
  { fault: 'F1', rules: [{ method: 'POST', probability: 0.3, kind: 'lose_answer_after_commit' }] },
  { fault: 'F2', rules: [{ method: 'POST', probability: 0.3, kind: 'hold_answer', ms: 6_000 }] },
  { fault: 'F3-504', rules: [{ method: 'POST', probability: 0.3, kind: 'http_error', status: 504, applied: true }] },
  { fault: 'F10', rules: [] },
];

export interface BaselineOutcome {
  readonly injections: number;
  readonly calls: number;
  readonly lost: number;
  readonly duplicated: number;
}

const TENANTS = 8;
const SETTLE_DEADLINE_MS = 240_000;
/** Calls of a tenant that are kept on their way. */
const OPEN_PER_TENANT = 3;

/** The same emulator, the same oracle, the same faults: only what stands in the writer's place is another. */
export async function runBaseline(
  name: BaselineName,
  { rules }: { readonly rules: readonly object[] },
  session: Session,
): Promise<BaselineOutcome> {
  const arena = await Arena.open({ seed: session.seed, tenants: TENANTS });
  const isQueue = name === 'pg-boss job with plain retry';
  const program = new URL(isQueue ? './pg-boss-worker.js' : './naive-consumer.js', import.meta.url);
  const boss = isQueue ? await openQueue(arena) : undefined;
  if (!isQueue) await ensureTopics(arena.connection, [{ topic: baselineTopic, partitions: TENANTS }]);
  const calls: BaselineCall[] = [];
  const put = async (): Promise<void> => {
    const next = arena.tenants.map(({ portal: { url } }) => {
      const phone = `+7999${String(calls.length).padStart(3, '0')}${String(arena.dice.between(0, 9_999)).padStart(4, '0')}`;
      return { url, phone, uniq: randomUUID() };
    });
    calls.push(...next);
    const records = next.map((call) => ({ key: call.url, value: Buffer.from(JSON.stringify(call)) }));
    if (boss === undefined) await arena.sendRaw(baselineTopic, records);
    else
      await boss.insert(
        next.map((data) => ({ name: baselineQueue, data, retryLimit: 50, retryDelay: 1, expireInSeconds: 10 })),
      );
  };
  const unwritten = (): BaselineCall[] => {
    const contents = arena.tenants.map(({ portal }) => arena.emulator.control.state(portal.id));
    const uniqs = new Set(contents.flatMap(({ notes }) => notes.map(({ params }) => params['uniq'])));
    return calls.filter(({ uniq }) => !uniqs.has(uniq));
  };
  try {
    let worker = arena.start({ program });
    for (const rule of rules) arena.fault({ count: null, ...rule });
    let kills = 0;
    const struck = (): number => (rules.length === 0 ? kills : arena.faultsFired);
    while (!isOver(session, struck())) {
      if (unwritten().length < TENANTS * OPEN_PER_TENANT) await put();
      await sleep(500);
      if (rules.length > 0 || arena.dice.roll() < 0.6) continue;
      await worker.end('SIGKILL');
      kills += 1;
      worker = arena.start({ program });
    }
    const injections = struck();
    arena.endFaults();
    await within(SETTLE_DEADLINE_MS, () => unwritten().length === 0);
    const duplicated = arena.tenants.reduce(
      (sum, { portal }) => sum + surplusIn(arena.emulator.control.report(portal.id)),
      0,
    );
    return { injections, calls: calls.length, lost: unwritten().length, duplicated };
  } finally {
    await boss?.stop({ graceful: false });
    await arena.close();
  }
}

async function openQueue(arena: Arena): Promise<PgBoss> {
  const boss = new PgBoss({ connectionString: arena.database.url });
  boss.on('error', () => undefined); // the row's database goes away with the row
  await boss.start();
  await boss.createQueue(baselineQueue);
  return boss;
}
