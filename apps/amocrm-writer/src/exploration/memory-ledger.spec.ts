import { describe } from '@jest/globals';
import { lane, ledgerBehaviours, portalId, type LedgerUnderTest } from '../ledger/ledger-behaviours.js';
import { MemoryLanes } from './memory-lanes.js';
import { MemoryLedger } from './memory-ledger.js';
import { MemoryPortals } from './memory-portals.js';
import { MemoryQueries } from './memory-queries.js';

const silent = { info: () => undefined, warn: () => undefined };
const nothing = () => Promise.resolve();
const noMemory = { rememberOwnCards: nothing, publish: nothing, answered: nothing, askOwn: nothing, putOwn: nothing };

describe('the ledger in memory', () => {
  ledgerBehaviours((): Promise<LedgerUnderTest> => {
    const now = () => Date.now();
    let isActive = true;
    let isDeleted = false;
    const lanes = new MemoryLanes(now);
    lanes.add(lane);
    Object.assign(lanes.rows.get(lane) ?? {}, { holder: 'me', epoch: 1, leaseUntil: now() + 60_000 });
    const portals = new MemoryPortals(() => undefined);
    portals.add(portalId, lane, now());
    const portal = (id: string) => (isDeleted ? null : (portals.rows.get(id) ?? null));
    const ledger = new MemoryLedger(lanes, { visibilityDelayMs: 1_000 }, silent, noMemory, now, () => lane);
    const queries = new MemoryQueries(ledger, { isActive: () => isActive, portal }, now);
    const asPromised =
      <A extends unknown[], T>(work: (...parameters: A) => T) =>
      async (...parameters: A): Promise<T> => {
        await nothing();
        return work(...parameters);
      };
    return Promise.resolve({
      ledger: {
        commitIntents: asPromised((fence, intents, at) => ledger.commitIntents(fence, intents, at)),
        record: asPromised((moves, _at, also) => ledger.record(moves, also)),
        remember: nothing,
        takeOver: asPromised((of, epoch, leaseEnd, at) => ledger.takeOver(of, epoch, leaseEnd, at)),
      },
      queries: {
        ready: asPromised((of, limit, except) => queries.ready(of, limit, except)),
        dealsOf: asPromised((contacts) => queries.dealsOf(contacts)),
        looksDue: asPromised((of, limit) => queries.looksDue(of, limit)),
        cardsOfCalls: asPromised((calls) => queries.cardsOfCalls(calls)),
        callsInUnsorted: asPromised((calls) => queries.callsInUnsorted(calls)),
        madeByOthers: asPromised((of, effect, ids, seq) => queries.madeByOthers(of, effect, ids, seq)),
      },
      store: asPromised((...commands) => ledger.store(commands)),
      discard: asPromised((seq) => ledger.discard(seq, 'by_operator')),
      giveUp: asPromised((seq) => ledger.giveUp([seq], 'portal_deleted')),
      retry: asPromised((seq) => ledger.retry([seq])),
      setLease: asPromised((isOver) => {
        Object.assign(lanes.rows.get(lane) ?? {}, { leaseUntil: now() + (isOver ? -1_000 : 60_000) });
      }),
      setAccount: asPromised((is) => {
        isActive = is;
      }),
      setPortal: asPromised((is) => {
        isDeleted = is === 'deleted';
        const row = portals.rows.get(portalId);
        const stop = { reason: 'unpaid' as const, cause: null, since: now(), until: null, count: 1 };
        if (row !== undefined) portals.change(row, { stop: is === 'stopped' ? stop : null });
      }),
      states: asPromised(() => [...ledger.rows.values()].map(({ state }) => state.is)),
      told: asPromised(() => ledger.told.length),
    });
  });
});
