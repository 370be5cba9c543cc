import { beforeEach, describe, expect, it } from '@jest/globals';
import type { EffectCommand } from '@perezvon/contracts';
import { Call } from '../spec/commands.js';
import type { TurnLedger, TurnQueries } from '../lanes/turn-tools.js';
import type { EffectRow } from './effect-row.js';
import { LeaseLost, type Fence } from './ledger.js';

export const lane = 'ru:1';
export const portalId = '5b0e3a52-4e0c-4a3b-9d1e-0c1f2b3a4d5e';
const fence: Fence = { lane, holder: 'me', epoch: '1' };

/** A ledger with one account, one portal on one lane, and that lane held by {@link fence}; D is one second. */
export interface LedgerUnderTest {
  readonly ledger: TurnLedger;
  readonly queries: TurnQueries;
  store(...commands: EffectCommand[]): Promise<void>;
  discard(seq: string): Promise<void>;
  giveUp(seq: string): Promise<void>;
  retry(seq: string): Promise<void>;
  setLease(isOver: boolean): Promise<void>;
  setAccount(isActive: boolean): Promise<void>;
  setPortal(is: 'stopped' | 'deleted' | 'usable'): Promise<void>;
  /** By seq. */
  states(): Promise<EffectRow['state']['is'][]>;
  /** How many results were told. */
  told(): Promise<number>;
}

const call = (phone = '+79161234567') => new Call(portalId, phone);

/** What any ledger does: Postgres's, and the one in memory on which the protocol is explored. */
export function ledgerBehaviours(open: () => Promise<LedgerUnderTest>): void {
  let under: LedgerUnderTest;
  beforeEach(async () => {
    under = await open();
  });
  const ready = async (limit = 100): Promise<EffectRow[]> => under.queries.ready(lane, limit, []);
  const readyEffects = async () => (await ready()).map(({ command }) => command.effect);
  const readyCalls = async (limit = 100) => (await ready(limit)).map(({ command }) => command.callId);
  const firstReady = async (): Promise<EffectRow> => {
    const [effect] = await ready(1);
    if (effect === undefined) throw new Error('nothing is ready');
    return effect;
  };
  const send = async (effect: EffectRow) => {
    await under.ledger.commitIntents(fence, [{ effect, learnt: {} }], Date.now());
  };

  describe('what may be sent', () => {
    it('is the oldest of each client, in the order of arrival', async () => {
      const [first, second, other] = [call(), call(), call('+79161234568')];
      await under.store(first.note(), second.note(), other.note());
      expect(await readyCalls()).toEqual([first.callId, other.callId]);
    });

    it("is first of all what calls that just happened wait for, their clients' older effects included", async () => {
      const backlog = Array.from({ length: 20 }, (_, index) => call(`+791612300${String(index).padStart(2, '0')}`));
      const [older, live, another] = [call('+79169999999'), call('+79169999999'), call('+79168888888')];
      const now = { causedAt: new Date().toISOString() };
      await under.store(...backlog.map((each) => each.note()), older.note());
      await under.store(live.note(1, null, now), another.note(1, null, now));
      const first = [older.callId, another.callId, ...backlog.slice(0, 3).map(({ callId }) => callId)];
      expect(await readyCalls(3)).toEqual(first);
    });

    it('waits for what its call asked for before it, also when that arrives later', async () => {
      const one = call();
      await under.store(one.deal());
      expect(await readyEffects()).toEqual([]);
      await under.store(one.contact());
      expect(await readyEffects()).toEqual(['contact']);
    });

    it('does not wait in a circle when the commands of two calls of one client arrive out of order', async () => {
      const [first, second] = [call(), call()];
      await under.store(first.note(1, null, { after: ['deal'] }));
      await under.store(second.contact());
      await under.store(first.deal({ after: [] }));
      expect(await readyEffects()).toEqual(['contact']);
    });

    it('is not held by a parked effect of another call of the client, but by one of its own', async () => {
      const [parked, next] = [call(), call()];
      await under.store(parked.contact(), parked.deal(), next.contact());
      const { seq } = await firstReady();
      const happened = () => ({ what: 'refused' as const, sentUnder: null, reason: 'validation_failed' });
      await under.ledger.record([{ seq, happened }], Date.now());
      expect(await readyCalls()).toEqual([next.callId]);
    });

    it('is nothing of an account that is off, a portal that is stopped, or one that is deleted', async () => {
      await under.store(call().contact());
      await under.setAccount(false);
      expect(await readyEffects()).toEqual([]);
      await under.setAccount(true);
      expect(await readyEffects()).toEqual(['contact']);
      await under.setPortal('stopped');
      expect(await readyEffects()).toEqual([]);
      await under.setPortal('deleted');
      expect(await readyEffects()).toEqual([]);
    });

    it('is the deal of a contact together with it, unless something else of the client comes in between', async () => {
      const [one, other] = [call(), call('+79161234568')];
      await under.store(one.contact(), one.deal(), other.contact(), other.note(), other.deal());
      const deals = await under.queries.dealsOf(await ready());
      expect([...deals.values()].map(({ command }) => command.callId)).toEqual([one.callId]);
    });
  });

  describe('an intent', () => {
    it('is committed only while the lane is held', async () => {
      await under.store(call().contact());
      const effect = await firstReady();
      const intents = [{ effect, learnt: { sent: { kind: 'contact' as const, highWater: 0, revision: 1 } } }];
      const commit = (by: Fence) => under.ledger.commitIntents(by, intents, Date.now());

      await expect(commit({ ...fence, epoch: '2' })).rejects.toThrow(LeaseLost);
      await under.setLease(true);
      await expect(commit(fence)).rejects.toThrow(LeaseLost);
      await under.setLease(false);
      const [sending] = await commit(fence);

      expect(sending).toMatchObject({ state: { is: 'sending', epoch: 1 }, attempts: 1, sent: { kind: 'contact' } });
      expect(await readyEffects()).toEqual([]);
    });

    it('of an older epoch is taken over as a doubt, one of the current epoch is not', async () => {
      await under.store(call().contact());
      await send(await firstReady());
      expect(await under.ledger.takeOver(lane, '1', Date.now(), Date.now())).toBe(0);
      expect(await under.ledger.takeOver(lane, '2', Date.now(), Date.now())).toBe(1);
      expect(await under.states()).toEqual(['in_doubt']);
    });

    it('is not undone by what another epoch says of its own request', async () => {
      await under.store(call().contact());
      const effect = await firstReady();
      await send(effect);
      const happened = () => ({ what: 'not_applied' as const, sentUnder: 0, notBefore: 0, reason: 'send_refused' });
      expect(await under.ledger.record([{ seq: effect.seq, happened }], Date.now())).toEqual([]);
      expect(await under.states()).toEqual(['sending']);
    });
  });

  describe('a doubt', () => {
    it('is due for a look when its time has come, and holds what comes after it until then', async () => {
      const one = call();
      await under.store(one.contact(), one.note());
      const effect = await firstReady();
      await send(effect);
      const longAgo = Date.now() - 60_000;
      const happened = () => ({ what: 'answer_missing' as const, sentUnder: 1, at: longAgo, reason: 'total_timeout' });
      await under.ledger.record([{ seq: effect.seq, happened }], longAgo);
      expect((await under.queries.looksDue(lane, 10)).map(({ seq }) => seq)).toEqual([effect.seq]);
      expect(await readyEffects()).toEqual([]);

      const notFound = () => ({ what: 'not_found' as const, lookBegunAt: Date.now() - 1_000 });
      await under.ledger.record([{ seq: effect.seq, happened: notFound }], Date.now());
      expect(await under.queries.looksDue(lane, 10)).toEqual([]);
      expect(await readyEffects()).toEqual(['contact']);
    });

    it('is kept through parking, and looked at first when a person retries', async () => {
      await under.store(call().contact());
      const effect = await firstReady();
      await send(effect);
      await under.ledger.takeOver(lane, '2', Date.now(), Date.now());
      await under.giveUp(effect.seq);
      expect(await under.states()).toEqual(['parked']);
      await under.retry(effect.seq);
      expect(await under.states()).toEqual(['in_doubt']);
    });
  });

  describe('what was made', () => {
    it('is known by its call, and by its id to the others of its kind', async () => {
      const [one, other] = [call(), call('+79161234568')];
      await under.store(one.contact(), other.contact());
      const [effect, next] = await ready();
      if (effect === undefined || next === undefined) throw new Error('two are ready');
      await send(effect);
      const happened = () => ({ what: 'written' as const, at: Date.now(), newerWanted: false });
      const learnt = { entities: [{ type: 'contact' as const, id: 7 }], amocrmId: 7 };
      await under.ledger.record([{ seq: effect.seq, happened, learnt }], Date.now());

      const cards = await under.queries.cardsOfCalls([effect.command, next.command]);
      expect([...cards]).toEqual([[one.callId, { type: 'contact', id: 7 }]]);
      expect(await under.queries.madeByOthers(lane, 'contact', [7, 8], next.seq)).toEqual(new Set([7]));
      expect(await under.queries.madeByOthers(lane, 'contact', [7, 8], effect.seq)).toEqual(new Set());
    });
  });

  describe('a discarded effect', () => {
    it('takes with it what depends on it, and tells of each', async () => {
      const one = call();
      await under.store(one.contact(), one.deal(), one.note(1, null, { after: ['contact', 'deal'] }));
      await under.discard((await firstReady()).seq);
      expect(await under.states()).toEqual(['discarded', 'discarded', 'discarded']);
      expect(await under.told()).toBe(3);
    });
  });

  describe('a command that comes again', () => {
    it('changes nothing, however often and in whatever company', async () => {
      const one = call();
      await under.store(one.contact(), one.contact(), one.deal());
      await under.store(one.contact(), one.deal());
      expect(await under.states()).toEqual(['waiting', 'waiting']);
    });

    it('with a higher revision wants the effect again, after it was done', async () => {
      const one = call();
      await under.store(one.note());
      const effect = await firstReady();
      await send(effect);
      const happened = () => ({ what: 'written' as const, at: Date.now(), newerWanted: false });
      await under.ledger.record([{ seq: effect.seq, happened }], Date.now());
      await under.store(one.note(2, 'https://records.example/1.mp3'));
      expect((await firstReady()).command.revision).toBe(2);
    });
  });
}
