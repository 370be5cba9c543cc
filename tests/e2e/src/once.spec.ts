import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { calls, pbxCallEvents } from '@perezvon/contracts';
import { readAll, republish } from './topics.js';
import { StackUnderTest, type ServiceName } from './stack-under-test.js';

/** Recent, whole seconds, and the same for every delivery: ids and times repeat exactly. */
const startAt = new Date(Math.floor(Date.now() / 1000) * 1000 - 3_600_000);

const AS_FAST_AS_IT_GOES = 'max';
/** The sample lasts some seconds at this speed: long enough to be hit in mid-flow. */
const SLOWLY = '30';
const SERVICES: readonly ServiceName[] = ['call-ingest', 'decision-engine', 'amocrm-writer', 'settings-api'];

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

let single: unknown;

describe('the recorded calls, played once', () => {
  let stack: StackUnderTest;

  beforeAll(async () => {
    stack = await StackUnderTest.start();
    await stack.playSample(startAt, AS_FAST_AS_IT_GOES);
    await stack.settled();
    single = await crmOf(stack);
  });
  afterAll(async () => stack.stop());

  it('stand in amoCRM, and the emulator finds nothing doubled, blind or over the limit', async () => {
    expect(single).not.toEqual({});
    expect(await stack.emulator('GET', 'report')).toMatchObject(CLEAN_REPORT);
  });

  it('change nothing when they are delivered again, by their own doors and all of them by Kafka', async () => {
    await stack.playSample(startAt, AS_FAST_AS_IT_GOES);
    // The canonical events of the webhooks too, as a PBX that feeds both doors would send them.
    await republish(stack.kafkaBrokers, await readAll(stack.kafkaBrokers, calls.topic), pbxCallEvents.topic);
    await stack.settled();
    expect(await crmOf(stack)).toEqual(single);
  });

  it('leave no phone number and no secret in the logs', async () => {
    // Our ids are hexadecimal: one in some thousands has the digits of a number.
    const logs = (await stack.logs()).replaceAll(UUID, 'id');
    expect(logs).not.toMatch(/\+?79\d{9}/);
    const { uisSecret, itoolabsSecret, canonicalSecret, accountApiKey } = stack.demo;
    for (const secret of [uisSecret, itoolabsSecret, canonicalSecret, accountApiKey]) {
      expect(logs).not.toContain(secret);
    }
  });
});

describe('the recorded calls, delivered three times while each service is killed (-9) in turn in mid-flow', () => {
  let stack: StackUnderTest;

  beforeAll(async () => {
    stack = await StackUnderTest.start();
  });
  afterAll(async () => stack.stop());

  it('leave amoCRM exactly as one undisturbed delivery does', async () => {
    const killing = killInTurn(stack);
    await stack.playSample(startAt, SLOWLY);
    // All of them, not those that happened to be through while call-ingest was down.
    await stack.taken();
    await republish(stack.kafkaBrokers, await readAll(stack.kafkaBrokers, calls.topic), pbxCallEvents.topic);
    await stack.playSample(startAt, SLOWLY);
    const kills = await killing.stop();
    await stack.settled();

    expect(kills).toEqual(expect.arrayContaining([...SERVICES]));
    expect(await crmOf(stack)).toEqual(single);
    expect(await stack.emulator('GET', 'report')).toMatchObject(CLEAN_REPORT);
  });
});

/**
 * What amoCRM holds, without what may differ between two right runs: our markers are ids of the stack's own account, and of
 * two deliveries of one recording either may come first, each with its own signature (R9).
 */
async function crmOf(stack: StackUnderTest): Promise<unknown> {
  const text = JSON.stringify(await stack.crm())
    .replaceAll(UUID, 'id')
    .replaceAll(/\?sign=\w+/g, '');
  return JSON.parse(text, (_key, value: unknown) => {
    if (Array.isArray(value)) return inOrder(value);
    // A card's time is that of the event that made it, and ITooLabs' live events have no other than their arrival.
    return isCard(value) ? { ...value, created_at: 'some time' } : value;
  });
}

const isCard = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && 'fields' in value && 'created_at' in value;

function inOrder(values: readonly unknown[]): unknown[] {
  return values
    .map((value) => JSON.stringify(value))
    .sort()
    .map((text) => JSON.parse(text) as unknown);
}

/** Twice each: the supervisor's patience doubles at every death, and a PBX gives up on a service that is hardly ever there. */
const KILLS_AT_MOST = 2 * SERVICES.length;

/** Kills the services one after another, each when it is ready, until it is stopped; gives the names of those it has killed. */
function killInTurn(stack: StackUnderTest): { stop(): Promise<ServiceName[]> } {
  const killed: ServiceName[] = [];
  const stopping = new AbortController();
  const isEnough = (): boolean => killed.length >= (stopping.signal.aborted ? SERVICES.length : KILLS_AT_MOST);
  const life = (async () => {
    while (!isEnough()) {
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      const name = SERVICES[killed.length % SERVICES.length];
      if (name !== undefined && (await stack.isReady(name)) && stack.killHard(name)) killed.push(name);
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await life;
      return killed;
    },
  };
}

/** The emulator's own account of I2, I3 and I5 of the fault list, and of fields that the vendor's reference does not know. */
const CLEAN_REPORT = {
  duplicates: { noteUniq: [], unsorted: [], apiOnlyFields: [], contactPhones: [], tasks: [] },
  blindResends: [],
  overLimitWindows: [],
  requestsWhileBlocked: 0,
  unknownFields: [],
  requestsDropped: 0,
};
