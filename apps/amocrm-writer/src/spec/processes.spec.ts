import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { commands, results, settings, topicSettings } from '@perezvon/contracts';
import { CredentialStore, KeyRing } from '@perezvon/credentials';
import { ensureTopics, KafkaProducer, type KafkaConnection } from '@perezvon/kafka';
import { startKafka, type EmbeddedKafka } from '@perezvon/local';
import { accountId, Call } from './commands.js';
import { token, World } from './world.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const entry = fileURLToPath(new URL('./killable-main.mjs', import.meta.url));
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const internalApiKey = randomBytes(16).toString('hex');

/** Writers as processes of their own, on real Kafka: what only a process that dies or freezes can show. */
beforeAll(() => {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'apps/amocrm-writer/tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
}, 180_000);

let world: World;
let producer: KafkaProducer;
let keys: string;
const processes: ChildProcess[] = [];
let kafka: EmbeddedKafka;
let connection: KafkaConnection;

/** A broker of its own for each: topics and the writers' group are the product's, and hold what was before. */
beforeEach(async () => {
  [world, kafka] = await Promise.all([World.open(), startKafka()]);
  connection = { brokers: [kafka.brokers], clientId: 'writer-spec' };
  keys = `spec:${randomBytes(32).toString('base64')}`;
  const credentials = new CredentialStore(world.database.dataSource, KeyRing.parse(keys));
  await credentials.erase(world.portalId);
  await credentials.putLongLivedToken(world.portalId, accountId, token);
  await ensureTopics(
    connection,
    [commands, results, settings].map((message) => topicSettings(message, 1)),
  );
  producer = new KafkaProducer({ connection, logger: silent });
}, 60_000);

afterEach(async () => {
  await Promise.all(
    processes.splice(0).map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }),
  );
  await producer.disconnect(5_000);
  await Promise.all([world.close(), kafka.dispose()]);
}, 60_000);

function startProcess(env: Record<string, string> = {}): ChildProcess {
  const child = spawn(process.execPath, [entry], {
    env: {
      PATH: process.env['PATH'] ?? '',
      KAFKA_BROKERS: kafka.brokers,
      DATABASE_URL: world.database.url,
      CREDENTIALS_KEYS: keys,
      INTERNAL_API_KEY: internalApiKey,
      AMOCRM_EXTRA_ORIGINS: world.emulator.url,
      AMOCRM_VISIBILITY_DELAY_SEC: '1',
      AMOCRM_WRITER_LEASE_SEC: '2',
      // Requests nobody asked for would be counted.
      AMOCRM_MIRROR_MONTHS: '0',
      AMOCRM_WRITER_PORT: '0',
      LOG_LEVEL: process.env['SPEC_LOG_LEVEL'] ?? 'warn',
      ...env,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  processes.push(child);
  return child;
}

const stateOf = async (call: Call, effect: string): Promise<string | undefined> => {
  const rows: { state: string }[] = await world.database.dataSource.query(
    'select state from effect where call_id = $1 and effect = $2',
    [call.callId, effect],
  );
  return rows[0]?.state;
};

describe.each(['before_intent', 'intent_committed', 'answered', 'outcome_recorded'])(
  'a writer killed at %s',
  (point) => {
    it('leaves nothing lost and nothing doubled: its successor looks before it writes', async () => {
      const first = startProcess({ PEREZVON_KILL_AT: point });
      const call = new Call(world.portalId, '+79161234567');
      await producer.send(settings, [world.settings()]);
      await producer.send(commands, [call.contact(), call.deal(), call.note(1, null, { after: ['contact', 'deal'] })]);
      await once(first, 'exit');
      expect([first.exitCode, first.signalCode]).toEqual([null, 'SIGKILL']);

      startProcess();
      await world.until(async () => (await stateOf(call, 'note')) === 'done', 60_000);

      const [contact, ...more] = world.emulator.control.stableState().contacts;
      expect(more).toEqual([]);
      expect(contact?.leads).toHaveLength(1);
      expect(contact?.leads[0]?.notes).toHaveLength(1);
      expect(world.emulator.control.report()).toMatchObject({ blindResends: [], overLimitWindows: [] });
    }, 120_000);
  },
);

describe('two writers and one lane', () => {
  it('share the calls without a double, and never go over the limit, also when one is frozen past its lease', async () => {
    const frozen = startProcess();
    startProcess();
    const calls = Array.from({ length: 12 }, (_, index) => new Call(world.portalId, `+7916123${4500 + index}`));
    await producer.send(settings, [world.settings()]);
    await producer.send(
      commands,
      calls.flatMap((call) => [call.contact(), call.deal()]),
    );
    await world.until(() => world.emulator.control.stableState().contacts.length >= 3, 60_000);
    frozen.kill('SIGSTOP');
    await world.until(() => world.emulator.control.stableState().contacts.length >= 8, 90_000);
    frozen.kill('SIGCONT');
    for (const call of calls) await world.until(async () => (await stateOf(call, 'deal')) === 'done', 120_000);

    const { contacts } = world.emulator.control.stableState();
    expect(contacts).toHaveLength(12);
    expect(contacts.every(({ leads }) => leads.length === 1)).toBe(true);
    const { duplicates, blindResends, overLimitWindows } = world.emulator.control.report();
    expect({ blindResends, overLimitWindows }).toEqual({ blindResends: [], overLimitWindows: [] });
    expect(duplicates.apiOnlyFields).toEqual([]);
  }, 240_000);
});

describe('the service', () => {
  it('refuses strangers at its internal API and tells the others what waits, and why', async () => {
    const port = String(20_000 + Math.floor(Math.random() * 20_000));
    startProcess({ AMOCRM_WRITER_PORT: port });
    const url = `http://127.0.0.1:${port}`;
    await producer.send(settings, [world.settings({ isActive: false })]);
    const call = new Call(world.portalId, '+79161234567');
    await producer.send(commands, [call.contact()]);
    const status = (headers: Record<string, string>, portalId = world.portalId) =>
      fetch(`${url}/internal/v1/portals/${portalId}/status`, { headers });
    await world.until(async () => (await fetch(`${url}/health/ready`).catch(() => null))?.status === 200, 60_000);

    expect((await status({})).status).toBe(401);
    expect((await status({ authorization: `Bearer ${internalApiKey}` }, randomUUID())).status).toBe(404);
    const told = await world.until(async () => {
      const answer = await status({ authorization: `Bearer ${internalApiKey}` });
      const body = (await answer.json()) as { effects?: unknown[] };
      return body.effects?.length === 1 ? body : undefined;
    });
    expect(told).toMatchObject({ accountId, stop: null, effects: [{ state: 'waiting', count: 1 }] });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('amocrm_writer_effects_waiting{service="amocrm-writer"} 1');
    expect(metrics).not.toContain('79161234567');
  }, 120_000);
});
