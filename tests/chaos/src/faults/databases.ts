import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { type Arena } from '../rig/arena.js';
import { CuttingProxy } from '../rig/cutting-proxy.js';
import { type Act, besideTheWork } from './beside-the-work.js';
import { type Fault, isOver, type Session } from './fault.js';

/** Faults of Postgres and of the way to it. */

async function restart(arena: Arena, session: Session): Promise<Act> {
  const { postgres } = arena;
  if (postgres === undefined) throw new Error('a Postgres of its own is needed');
  let injections = 0;
  while (!isOver(session, injections)) {
    await sleep(arena.dice.between(500, 2_000));
    await (arena.dice.roll() < 0.5 ? postgres.kill() : postgres.stop());
    await sleep(arena.dice.between(0, 1_500));
    await postgres.start();
    injections += 1;
  }
  return { injections };
}

async function terminateBackends(arena: Arena, session: Session): Promise<Act> {
  let injections = 0;
  while (!isOver(session, injections)) {
    await sleep(200);
    const ended = await arena.ledger.ask(`
      select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = 'amocrm-writer'
       order by random() limit 1`);
    injections += ended.length;
  }
  return { injections };
}

/** Rows locked from the last to the first, against the writers' order: sooner or later somebody is the victim. */
async function lockAgainstTheGrain(arena: Arena, session: Session): Promise<Act> {
  const before = await deadlocksOf(arena);
  let injections = 0;
  const rival = new Client({ connectionString: arena.database.url });
  rival.on('error', () => undefined); // it goes down with its server
  await rival.connect();
  try {
    while (!isOver(session, injections)) {
      const { rows } = await rival.query<{ seq: string }>(
        `select seq::text from amocrm_writer.effect where state in ('waiting', 'sending') order by seq desc limit 30`,
      );
      await rival.query('begin');
      try {
        for (const { seq } of rows) {
          await rival.query('select 1 from amocrm_writer.effect where seq = $1 for update', [seq]);
          await sleep(15);
        }
      } catch (error) {
        // The rival is a victim as often as a writer is.
        if (!(error instanceof Error && 'code' in error && error.code === DEADLOCK)) throw error;
      }
      await rival.query('rollback');
      injections = (await deadlocksOf(arena)) - before;
    }
  } finally {
    await rival.end();
  }
  return { injections };
}

const DEADLOCK = '40P01';

async function deadlocksOf(arena: Arena): Promise<number> {
  const [row] = await arena.ledger.ask<{ deadlocks: string }>(
    'select deadlocks from pg_stat_database where datname = current_database()',
  );
  return Number(row?.deadlocks ?? 0);
}

/** All of the server's connections are taken for a while, and what the writers had is ended: they find no way in. */
async function takeAllConnections(arena: Arena, session: Session): Promise<Act> {
  let injections = 0;
  while (!isOver(session, injections)) {
    await arena.ledger.ask(`
      select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = 'amocrm-writer'`);
    const taken: Client[] = [];
    for (;;) {
      const client = new Client({ connectionString: arena.database.url });
      client.on('error', () => undefined); // ended with the row
      try {
        await client.connect();
        taken.push(client);
      } catch {
        break; // that was the last one
      }
    }
    await sleep(arena.dice.between(500, 2_000));
    await Promise.all(taken.map((client) => client.end()));
    injections += 1;
    await sleep(arena.dice.between(500, 1_500));
  }
  return { injections };
}

const proxies = new WeakMap<Arena, CuttingProxy>();

function proxyOf(arena: Arena): CuttingProxy {
  const proxy = proxies.get(arena);
  if (proxy === undefined) throw new Error('the row has no proxy');
  return proxy;
}

async function cutCommits(arena: Arena, session: Session): Promise<Act> {
  const proxy = proxyOf(arena);
  proxy.probability = 0.05;
  while (!isOver(session, proxy.cuts)) await sleep(200);
  proxy.probability = 0;
  return { injections: proxy.cuts };
}

export const databaseFaults: readonly Fault[] = [
  besideTheWork({
    id: 'F17-restart',
    title: 'Postgres is killed or restarted',
    goal: 100,
    arena: { ownPostgres: true },
    recovers: true,
    act: restart,
  }),
  besideTheWork({
    id: 'F17-backends',
    title: 'back-ends are terminated, five a second',
    goal: 500,
    act: terminateBackends,
  }),
  besideTheWork({ id: 'F17-deadlock', title: 'deadlocks with another session', goal: 50, act: lockAgainstTheGrain }),
  besideTheWork({
    id: 'F17-pool',
    title: 'no connection is left on the server',
    goal: 50,
    arena: { ownPostgres: true },
    act: takeAllConnections,
  }),
  besideTheWork({
    id: 'F18',
    title: 'the connection dies during COMMIT, carried out or not',
    goal: 500,
    prepare: async (arena) => {
      const url = new URL(arena.database.url);
      const proxy = await CuttingProxy.before(Number(url.port), arena.dice);
      proxies.set(arena, proxy);
      url.port = String(proxy.port);
      return { env: { DATABASE_URL: url.href } };
    },
    act: cutCommits,
    tidy: (arena) => proxyOf(arena).close(),
  }),
];
