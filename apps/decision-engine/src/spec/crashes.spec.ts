import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Controller, Module, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  calls,
  clients,
  commands,
  decisions,
  portals,
  results,
  routes,
  settings,
  topicSettings,
  type CallDecision,
  type CallEvent,
  type CrmCommand,
} from '@perezvon/contracts';
import { Consumes, ensureTopics, KafkaProducer, KafkaStrategy, type MessageBatch } from '@perezvon/kafka';
import { startKafka, type EmbeddedKafka } from '@perezvon/local';
import { EngineBench } from '../testing/engine.js';

/**
 * Engines as processes on real Kafka and PostgreSQL, each killed (SIGKILL) at another named instant while calls come in,
 * its successor taking over the group. In the end the writer must have been told what an engine tells that nobody
 * disturbs: no effect lost, none twice, none different.
 */
const POINTS = [
  'events:locked',
  'events:decided',
  'events:saved',
  'events:appended',
  'events:committed',
  'news:locked',
  'news:saved',
  'news:committed',
  'due:locked',
  'due:appended',
  'due:committed',
  'relay:publishing',
  'relay:published',
];

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const entry = fileURLToPath(new URL('./killable-main.mjs', import.meta.url));
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

let kafka: EmbeddedKafka;
let disturbed: EngineBench;
let undisturbed: EngineBench;
let producer: KafkaProducer;
let collector: INestMicroservice;
const told = { commands: new Map<string, CrmCommand>(), decisions: new Map<string, CallDecision>() };
const running = new Set<ChildProcess>();

beforeAll(async () => {
  execFileSync(
    process.execPath,
    ['node_modules/typescript/bin/tsc', '-b', 'apps/decision-engine/tsconfig.build.json'],
    {
      cwd: root,
      stdio: 'inherit',
    },
  );
  [kafka, disturbed, undisturbed] = await Promise.all([startKafka(), EngineBench.start(), EngineBench.start()]);
  const connection = { brokers: [kafka.brokers], clientId: 'crashes-spec' };
  await ensureTopics(
    connection,
    [calls, clients, commands, decisions, portals, results, routes, settings].map((m) => topicSettings(m, 2)),
  );
  producer = new KafkaProducer({ connection, logger: silent });
  const strategy = new KafkaStrategy({
    connection,
    groupId: 'crashes-spec',
    logger: silent,
    onCannotConsume: (error) => {
      throw error;
    },
  });
  collector = await NestFactory.createMicroservice(CollectorModule, { strategy, logger: false });
  await collector.listen();
}, 120_000);

afterAll(async () => {
  await Promise.all([...running].map((child) => ended(child)));
  await collector.close();
  await producer.disconnect(5_000);
  await Promise.all([disturbed.database.drop(), undisturbed.database.drop(), kafka.dispose()]);
}, 60_000);

/** What stands on the topics, a repetition of the relay counted once: its receivers know it by its id. */
@Controller()
class Collector {
  @Consumes(commands)
  async takeCommands(batch: MessageBatch<CrmCommand>): Promise<void> {
    for (const { value } of batch.messages) told.commands.set(value.commandId, value);
    await Promise.resolve();
  }

  @Consumes(decisions)
  async takeDecisions(batch: MessageBatch<CallDecision>): Promise<void> {
    for (const { value } of batch.messages) told.decisions.set(value.decisionId, value);
    await Promise.resolve();
  }
}

@Module({ controllers: [Collector] })
class CollectorModule {}

function startEngine(killAt?: string): ChildProcess {
  const child = spawn(process.execPath, ['--no-warnings', entry], {
    env: {
      PATH: process.env['PATH'] ?? '',
      KAFKA_BROKERS: kafka.brokers,
      DATABASE_URL: disturbed.database.url,
      INTERNAL_API_KEY: 'internal-key-of-the-spec',
      DECISION_ENGINE_PORT: '0',
      CLIENT_FRESH_SEC: '86400',
      LOG_LEVEL: process.env['SPEC_LOG_LEVEL'] ?? 'fatal',
      ...(killAt && { PEREZVON_KILL_AT: killAt }),
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

const isOver = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

/** What is in flight at each kill: so many calls of each kind, and one that is killed at a time has as many to be done. */
const PER_KIND = 50;

/** Answered calls, missed ones, such whose end was only hinted at, and transferred ones with a second id; new clients. */
const portion = (index: number): CallEvent[] =>
  Array.from({ length: PER_KIND }, (_, call) => callsOf(index, call)).flat();

function callsOf(index: number, call: number): CallEvent[] {
  const of = (kind: Kind) => {
    const e164 = numberOf(index, kind, call);
    return { call_id: `${String(index)}-${kind}-${String(call)}`, client: { raw: e164, e164, kind: 'e164' as const } };
  };
  const hint = { outcome: 'missed', outcome_detail: 'inferred', talk_sec: 0, total_sec: 30 } as const;
  return [
    ...disturbed.answeredCall(of('answered')),
    ...disturbed.missedCall(of('missed')),
    disturbed.event('call.started', 0, of('lost')),
    disturbed.event('call.ended', 30, { ...hint, ...of('lost') }),
    ...transferredCall(of('transferred')),
  ];
}

/** Goes on under a second id, which is never named again (R15). */
function transferredCall(of: Pick<CallEvent, 'call_id' | 'client'>): CallEvent[] {
  const [started, answered, ended] = disturbed.answeredCall(of);
  const second = `${of.call_id}-second`;
  const transferred = disturbed.event('call.transferred', 20, { ...of, linked_call_ids: [second] });
  const goesOn = disturbed.event('leg.answered', 22, { ...of, call_id: second, employee: { ext: '103' } });
  return [started, answered, transferred, goesOn, ended].filter((event) => event !== undefined);
}

const KINDS = ['answered', 'missed', 'lost', 'transferred'] as const;
type Kind = (typeof KINDS)[number];

const numberOf = (index: number, kind: Kind, call: number) =>
  `+7916${String(1_000_000 + index * 1_000 + KINDS.indexOf(kind) * 100 + call)}`;

/** Of all clients whose calls are of these kinds. */
const numbersOf = (...kinds: readonly Kind[]): string[] =>
  POINTS.flatMap((_, index) =>
    kinds.flatMap((kind) => Array.from({ length: PER_KIND }, (__, call) => numberOf(index, kind, call))),
  );

/** As the writer would answer the engine's lookups. Nobody is known. */
async function answer(phones: readonly string[]): Promise<void> {
  if (phones.length === 0) return;
  const at = { lane: disturbed.lane, asOf: new Date().toISOString(), origin: 'lookup' as const };
  await producer.send(
    clients,
    phones.map((phone) => ({ ...at, phone, cards: [] })),
  );
}

/** Whoever is waited for at this moment. */
async function answerWhoWaits(): Promise<void> {
  const waiting: { phone: string }[] = await disturbed.database.dataSource.query(
    `select distinct phone from calls where state = 'awaiting_client'`,
  );
  await answer(waiting.map(({ phone }) => phone));
}

const settingsOf = (bench: EngineBench) => {
  const document = bench.settings();
  document.sources = [bench.source({ settleDelaySec: 1 })];
  return document;
};

it('an engine killed at any point, under load, tells the writer what an undisturbed one tells', async () => {
  await producer.send(settings, [settingsOf(disturbed)]);
  await producer.send(portals, [disturbed.portal()]);
  // Whose end is only hinted at is looked up beforehand, so that his calls wait for nothing but their time.
  await answer(numbersOf('lost'));
  const first = startEngine();
  while (!(await knowsItsAccount())) await sleep(100);
  await ended(first);

  const events: CallEvent[] = [];
  for (const [index, point] of POINTS.entries()) {
    const news = portion(index);
    events.push(...news);
    await producer.send(calls, news);
    const engine = startEngine(point);
    while (!isOver(engine)) {
      await answerWhoWaits();
      await sleep(100);
    }
    expect([point, engine.signalCode]).toEqual([point, 'SIGKILL']);
    expect([point, (await openCalls(index + 1)) >= PER_KIND]).toEqual([point, true]);
  }

  startEngine();
  while ((await openCalls(POINTS.length)) > 0) {
    await answerWhoWaits();
    await sleep(100);
  }
  const expected = await asIfUndisturbed(events);
  // What is lost for good shows in the comparison, not in a test that hangs.
  for (let looks = 0; told.commands.size < expected.commands.length && looks < 300; looks += 1) await sleep(100);

  expect(withoutTimes([...told.commands.values()])).toEqual(withoutTimes(expected.commands));
  expect(cellsOf([...told.decisions.values()])).toEqual(cellsOf(expected.decisions));
  expect(await disturbed.database.dataSource.query('select 1 from outbox')).toEqual([]);
}, 300_000);

/** Settings, portal and what was looked up beforehand have reached the engine's tables. */
async function knowsItsAccount(): Promise<boolean> {
  const [row]: { clients: number; known: number }[] = await disturbed.database.dataSource.query(
    `select (select count(*) from clients)::int as clients,
            (select count(*) from accounts join portals using (portal_id))::int as known`,
  );
  return row?.clients === POINTS.length * PER_KIND && row.known === 1;
}

/** Of so many portions: not decided yet, or decided and not told yet. */
async function openCalls(portions: number): Promise<number> {
  const [row]: { open: number }[] = await disturbed.database.dataSource.query(
    `select (select count(*) from calls where state <> 'decided')::int + (select count(*) from outbox)::int
          + $1 - (select count(*) from calls)::int as open`,
    [portions * KINDS.length * PER_KIND],
  );
  return row?.open ?? 1;
}

async function asIfUndisturbed(events: readonly CallEvent[]) {
  undisturbed.actAs(disturbed);
  undisturbed.now = new Date();
  await undisturbed.publishSettings(settingsOf(undisturbed));
  await undisturbed.publishPortal();
  await undisturbed.answerLookups(numbersOf('lost'));
  await undisturbed.process().withEvents(events);
  await undisturbed.answerLookups(numbersOf('answered', 'missed', 'transferred'));
  undisturbed.now = new Date(undisturbed.now.getTime() + 3_600_000);
  await undisturbed.process().due(10_000);
  return undisturbed.emitted();
}

/** Everything but the engine's own clock. */
function withoutTimes(told: readonly CrmCommand[]): unknown[] {
  const timeless = told.map((command) => ('requestedAt' in command ? { ...command, requestedAt: null } : command));
  return timeless.sort((a, b) => (a.commandId < b.commandId ? -1 : 1));
}

/** Which events a decision finds together depends on the batches; what is decided of a call in the end does not. */
function cellsOf(told: readonly CallDecision[]): Record<string, unknown> {
  const callIds = [...new Set(told.map((decision) => decision.callId))].sort();
  return Object.fromEntries(
    callIds.map((callId) => {
      const own = told.filter((decision) => decision.callId === callId);
      const effects = own.flatMap((d) => d.effects.map((e) => e.commandId)).sort();
      const end = own.find((d) => d.moment === 'end');
      return [callId, { effects, cell: end?.cell, outcome: end?.outcome, known: end?.clientKnown }];
    }),
  );
}
