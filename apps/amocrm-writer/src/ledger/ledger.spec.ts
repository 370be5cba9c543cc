import { afterAll, beforeAll, describe } from '@jest/globals';
import { createTestDatabase, inTransaction, type TestDatabase } from '@perezvon/postgres';
import { clientMemoryIn } from '../clients/client-memory.js';
import { ClientStore } from '../clients/client-store.js';
import { migrations } from '../migrations/index.js';
import { writerSchema } from '../migrations/schema.js';
import { MirrorStore } from '../mirror/mirror-store.js';
import { accountId } from '../spec/commands.js';
import type { EffectRow } from './effect-row.js';
import { Ledger } from './ledger.js';
import { lane, ledgerBehaviours, portalId, type LedgerUnderTest } from './ledger-behaviours.js';
import { LedgerQueries } from './ledger-queries.js';
import { storeWishes } from './store-wishes.js';

const silent = { info: () => undefined, warn: () => undefined };
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ schema: writerSchema, migrations });
}, 60_000);
afterAll(() => database.drop());

describe('the ledger in Postgres', () => {
  ledgerBehaviours(async (): Promise<LedgerUnderTest> => {
    const { dataSource } = database;
    const sql = (text: string, parameters: unknown[] = []) => dataSource.query<unknown[]>(text, parameters);
    const memoryIn = clientMemoryIn(new ClientStore(dataSource), new MirrorStore(dataSource));
    const ledger = new Ledger(dataSource, { visibilityDelayMs: 1_000 }, silent, () => undefined, memoryIn);
    await sql('truncate account, portal, lane, effect, outbox');
    await sql(`insert into account (account_id, version, is_active) values ($1, 1, true)`, [accountId]);
    await sql(`insert into portal (portal_id, account_id, url, lane) values ($1, $2, 'https://a.amocrm.ru', $3)`, [
      portalId,
      accountId,
      lane,
    ]);
    await sql(
      `insert into lane (lane, holder, epoch, lease_until) values ($1, 'me', 1, clock_timestamp() + interval '1 minute')`,
      [lane],
    );
    const portalIs = {
      stopped: `update portal set stop_reason = 'unpaid'`,
      deleted: `update portal set stop_reason = null, deleted_at = clock_timestamp()`,
      usable: `update portal set stop_reason = null, deleted_at = null`,
    };
    return {
      ledger,
      queries: new LedgerQueries(dataSource),
      store: (...commands) =>
        inTransaction(dataSource, async (tx) => {
          await storeWishes(tx, ledger, commands, Date.now());
        }),
      discard: (seq) =>
        inTransaction(dataSource, (tx) => ledger.discard(tx, seq, { reason: 'by_operator' }, Date.now())),
      giveUp: (seq) => inTransaction(dataSource, (tx) => ledger.giveUp(tx, [seq], 'portal_deleted', Date.now())),
      retry: (seq) =>
        inTransaction(dataSource, async (tx) => {
          await ledger.retry(tx, [seq], Date.now());
        }),
      setLease: async (isOver) => {
        const until = isOver ? '-1 second' : '1 minute';
        await sql(`update lane set lease_until = clock_timestamp() + $1::interval`, [until]);
      },
      setAccount: async (isActive) => {
        await sql(`update account set is_active = $1`, [isActive]);
      },
      setPortal: async (is) => {
        await sql(portalIs[is]);
      },
      states: async () => {
        const rows: { state: EffectRow['state']['is'] }[] = await dataSource.query(
          `select state from effect order by seq`,
        );
        return rows.map(({ state }) => state);
      },
      told: async () => (await sql('select 1 from outbox')).length,
    };
  });
});
