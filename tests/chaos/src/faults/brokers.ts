import { setTimeout as sleep } from 'node:timers/promises';
import { commands } from '@perezvon/contracts';
import { deadLetterTopic } from '@perezvon/kafka';
import kafkajs from 'kafkajs';
import { type Arena, WRITER_GROUP } from '../rig/arena.js';
import { until } from '../rig/until.js';
import { type Act, besideTheWork } from './beside-the-work.js';
import { type Fault, isOver, type Session } from './fault.js';

/** Faults of Kafka and of what stands in its topics. */

async function killBroker(arena: Arena, session: Session): Promise<Act> {
  let injections = 0;
  while (!isOver(session, injections)) {
    // Long enough for the group to form again, mostly: a writer that cannot read for two minutes ends itself.
    await sleep(arena.dice.between(1_000, 12_000));
    await (arena.dice.roll() < 0.7 ? arena.kafka.kill() : arena.kafka.stop());
    await sleep(arena.dice.between(0, 2_000));
    await arena.kafka.start();
    injections += 1;
  }
  return { injections };
}

/** Everything that was ever put comes again, in another order and late. */
async function deliverAgain(arena: Arena, session: Session): Promise<Act> {
  let injections = 0;
  while (!isOver(session, injections)) {
    await sleep(1_000);
    const all = [...arena.load.wanted.values()].filter(({ effect }) => effect !== 'note');
    for (let i = all.length - 1; i > 0; i--) {
      const j = arena.dice.between(0, i);
      [all[i], all[j]] = [all[j], all[i]] as [(typeof all)[0], (typeof all)[0]];
    }
    await arena.send(all);
    injections += all.length;
  }
  return { injections };
}

/** The group is set back to the beginning of the topic, and reads everything again, until the session is over. */
async function replayFromZero(arena: Arena, session: Session): Promise<Act> {
  const admin = new kafkajs.Kafka({
    clientId: 'chaos',
    brokers: [arena.kafka.brokers],
    logLevel: kafkajs.logLevel.NOTHING,
  }).admin();
  await admin.connect();
  let injections = 0;
  try {
    while (!isOver(session, injections)) {
      const writers = [arena.start(), arena.start()];
      await sleep(4_000);
      await until('the topic is read', async () => (await arena.lag()) === 0);
      await Promise.all(writers.map((writer) => writer.end('SIGTERM')));
      const ends = await admin.fetchTopicOffsets(commands.topic);
      await until('the group is empty', async () => {
        const [group] = (await admin.describeGroups([WRITER_GROUP])).groups;
        return group?.members.length === 0;
      });
      await admin.resetOffsets({ groupId: WRITER_GROUP, topic: commands.topic, earliest: true });
      injections += ends.reduce((sum, { high }) => sum + Number(high), 0);
    }
    arena.start();
    await until('the topic is read again', async () => (await arena.lag()) === 0);
  } finally {
    await admin.disconnect();
  }
  return { injections };
}

/** Under the broker's limit of a message, far over what a command is. */
const BIG_BYTES = 900_000;

async function sendPoison(arena: Arena, session: Session): Promise<Act> {
  let injections = 0;
  while (!isOver(session, injections)) {
    const [sample] = arena.load.wanted.values();
    const text = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
    const poison = [
      Buffer.from('{"type":"effect",'),
      Buffer.from([0xff, 0xfe, 0x00]),
      text({ ...sample, type: 'effect.v9' }),
      text({ ...sample, revision: -1 }),
      text({ ...sample, intent: { kind: 'create_universe' } }),
      text(null),
      ...(arena.dice.roll() < 0.1 ? [Buffer.alloc(BIG_BYTES, 'x')] : []),
    ];
    await arena.sendRaw(
      commands.topic,
      poison.map((value) => ({ key: arena.dice.oneOf(arena.tenants).accountId, value })),
    );
    injections += poison.length;
    await sleep(200);
  }
  return { injections };
}

/** Each poisoned record must lie in the dead-letter topic: set aside, not dropped. */
async function isSetAside(arena: Arena, { injections }: Act): Promise<string[]> {
  const admin = new kafkajs.Kafka({
    clientId: 'chaos',
    brokers: [arena.kafka.brokers],
    logLevel: kafkajs.logLevel.NOTHING,
  }).admin();
  await admin.connect();
  try {
    await until('the topic is read', async () => (await arena.lag()) === 0);
    const ends = await admin.fetchTopicOffsets(deadLetterTopic(WRITER_GROUP));
    const parked = ends.reduce((sum, { high }) => sum + Number(high), 0);
    return parked >= injections ? [] : [`${String(injections - parked)} poisoned records are not in the dead letters`];
  } finally {
    await admin.disconnect();
  }
}

/** A command of one customer that names another's portal. */
async function crossTenants(arena: Arena, session: Session): Promise<Act> {
  let injections = 0;
  while (!isOver(session, injections)) {
    const owner = arena.dice.oneOf(arena.tenants);
    const stranger = arena.dice.oneOf(arena.tenants.filter((tenant) => tenant !== owner));
    const [sample] = arena.load.strangerCalls(stranger, owner);
    if (sample !== undefined) await arena.send([sample]);
    injections += 1;
    await sleep(50);
  }
  return { injections };
}

/** None of them may have come to the other's amoCRM; all of them are parked. */
async function staysOutside(arena: Arena, { injections }: Act): Promise<string[]> {
  const parked = await until('commands for strangers are parked', async () => {
    const rows = (await arena.ledger.rows()).filter((row) => row.state === 'parked');
    return rows.length >= injections && rows;
  });
  return parked.flatMap(({ reason }) => (reason === 'portal_unknown' ? [] : [`parked as ${String(reason)}`]));
}

export const brokerFaults: readonly Fault[] = [
  besideTheWork({
    id: 'F14',
    title: 'the Kafka broker is killed or restarted',
    goal: 100,
    recovers: true,
    act: killBroker,
  }),
  besideTheWork({
    id: 'F15-again',
    title: 'commands come again, reordered and late',
    goal: 10_000,
    act: deliverAgain,
  }),
  besideTheWork({
    id: 'F15-zero',
    title: 'the topic is read again from zero (events re-read)',
    goal: 20_000,
    writers: 0,
    arena: { tenants: 10 },
    act: replayFromZero,
  }),
  besideTheWork({
    id: 'F16-poison',
    title: 'poison: broken JSON, unknown versions and intents, 900 KB',
    goal: 1_000,
    act: sendPoison,
    check: isSetAside,
  }),
  besideTheWork({
    id: 'F16-tenant',
    title: 'a command of one customer names another’s portal',
    goal: 200,
    prepare: () => ({ env: { AMOCRM_UNKNOWN_PORTAL_SEC: '2' } }),
    act: crossTenants,
    check: staysOutside,
  }),
];
