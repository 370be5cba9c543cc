import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { LedgerQueries } from '../ledger/ledger-queries.js';
import type { Writer } from '../writer.js';
import { Call } from './commands.js';
import { World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

/** A turn is long enough after 5 s: what is stored from then on is for its end, or for the next one. */
const longTurnMs = 5_500;
const anHourAgo = new Date(Date.now() - 60 * 60_000).toISOString();
const justNow = () => new Date().toISOString();

let phones = 0;
async function takeMany(writer: Writer, causedAt: string, count: number): Promise<Call[]> {
  const calls = Array.from(
    { length: count },
    () => new Call(world.portalId, `+7926${String(1_000_000 + (phones += 1))}`),
  );
  await writer.takeCommands.execute(calls.map((call) => call.contact({ causedAt })));
  return calls;
}
async function take(writer: Writer, causedAt: string): Promise<Call> {
  const [call] = await takeMany(writer, causedAt, 1);
  if (call === undefined) throw new Error('no call');
  return call;
}
const written = ({ callId }: Call) => world.resultOf(callId, 'contact');
const isWritten = async ({ callId }: Call) =>
  (await world.results()).some((result) => result.callId === callId && result.state === 'done');

const hold = (ms: number, method: 'GET' | 'POST', path: string) =>
  world.fault({ kind: 'hold_answer', ms, method, path });

describe('a turn that waits for an answer which amoCRM holds', () => {
  let writer: Writer;
  let held: Call;
  async function startHolding(ms: number): Promise<void> {
    writer = await world.startKnowingPortal();
    hold(ms, 'POST', '/api/v4/contacts');
    held = await take(writer, anHourAgo);
    await world.until(() => world.writesTo(/\/contacts$/) === 1);
    await sleep(longTurnMs);
  }

  it('kept a call that just happened waiting for it too', async () => {
    await startHolding(13_000);
    await written(await take(writer, justNow()));
    expect(await isWritten(held)).toBe(false);
    await written(held);
  }, 60_000);

  it('kept one waiting for another of its kind that had begun at its end', async () => {
    await startHolding(7_000);
    hold(12_000, 'POST', '/api/v4/contacts');
    const first = await take(writer, justNow());
    await world.until(() => world.writesTo(/\/contacts$/) === 2);
    await written(held);

    await written(await take(writer, justNow()));
    expect(await isWritten(first)).toBe(false);
    await written(first);
  }, 60_000);

  it('kept one waiting whose portal had to be read anew meanwhile', async () => {
    await startHolding(13_000);
    await writer.refreshPortal.execute(world.portalId);
    await written(await take(writer, justNow()));
    expect(await isWritten(held)).toBe(false);
    await written(held);
  }, 60_000);
});

describe('a turn whose background takes its time over a page', () => {
  let writer: Writer;
  beforeEach(async () => {
    hold(12_000, 'GET', '/api/v4/leads');
    writer = await world.startKnowingPortal({ settings: { mirrorMonths: 24 } });
    await world.until(() => requestsTo('/leads').length > 0);
  });
  const requestsTo = (list: string) =>
    world.emulator.control
      .requests()
      .filter(({ path, search }) => path === `/api/v4${list}` && search.includes('order'));
  /** What the background asks for when it has the page. */
  const isPageRead = () => requestsTo('/companies').length > 0;

  it('kept calls that just happened waiting for it, although a dozen came at once', async () => {
    for (const call of await takeMany(writer, justNow(), 12)) await written(call);
    expect(isPageRead()).toBe(false);
  }, 60_000);

  it('kept the backlog waiting from the fifth second on', async () => {
    await sleep(longTurnMs);
    await written(await take(writer, anHourAgo));
    expect(isPageRead()).toBe(false);
  }, 60_000);
});

describe('a turn that is just reading what is due', () => {
  it('did not hear of a call stored meanwhile: it waited for the next poll, or for the answer that amoCRM held', async () => {
    const writer = await world.startKnowingPortal({ settings: { pollMs: 10_000 } });
    hold(13_000, 'POST', '/api/v4/contacts');
    const held = await take(writer, anHourAgo);
    await world.until(() => world.writesTo(/\/contacts$/) === 1);

    const ready = jest.spyOn(LedgerQueries.prototype, 'ready');
    const hasRead = new Promise<() => void>((resolve) => {
      ready.mockImplementationOnce(async function (this: LedgerQueries, ...asked) {
        const found = await this.ready(...asked);
        await new Promise<void>((goOn) => {
          resolve(goOn);
        });
        return found;
      });
    });
    // Waits for its contact, so that the look begins nothing.
    await writer.takeCommands.execute([held.deal({ causedAt: anHourAgo })]);
    const goOn = await hasRead;
    const stored = await take(writer, justNow());
    await sleep(500); // until the notification is through
    goOn();
    ready.mockRestore();

    await written(stored);
    expect(await isWritten(held)).toBe(false);
    await written(held);
  }, 60_000);
});
