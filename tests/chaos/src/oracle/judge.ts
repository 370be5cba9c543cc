import { type LogEntry } from '@perezvon/amocrm-emulator';
import { keyOf } from '../rig/load.js';
import { type Arena } from '../rig/arena.js';
import { type Tenant } from '../rig/tenant.js';
import { canariesIn } from './canaries.js';
import { missingIn, strangersIn, surplusIn } from './crm-oracle.js';
import { hasEnded, type LedgerRow } from './ledger-view.js';
import { type Verdict } from './verdict.js';

/** A request that crosses the block's first answer on the wire was sent by somebody who could not know of it. */
const ON_ITS_WAY_MS = 1_000;

/** A request of the log in a few words. */
const told = ({ seq, atMs, finishedAtMs, method, path, items, status, delivery }: LogEntry): string =>
  `№${String(seq)} ${method} ${path} (${String(items)}) at ${String(atMs % 1_000_000)} ` +
  `${delivery} ${String(status)} in ${String((finishedAtMs ?? Number.NaN) - atMs)} ms`;

const keyOfRow = (row: LedgerRow): string => `${row.account_id}|${row.call_id}|${row.effect}`;

/**
 * All invariants over everything that a row did, or what it did to some tenants: what was put, the ledger, amoCRM's contents
 * and log, the writers' logs.
 */
export async function judge(arena: Arena, tenants: readonly Tenant[] = arena.tenants): Promise<Verdict> {
  const { load, emulator } = arena;
  const accounts = new Set(tenants.map(({ accountId }) => accountId));
  const rows = (await arena.ledger.rows()).filter((row) => accounts.has(row.account_id));
  const wanted = [...load.wanted.values()].filter(({ accountId }) => accounts.has(accountId));
  const ended = new Map(rows.filter(hasEnded).map((row) => [keyOfRow(row), row]));
  const open = wanted.filter((command) => !ended.has(keyOf(command)));
  const stored = new Map(rows.map((row) => [keyOfRow(row), row]));
  const lost = open.map((command) => {
    const row = stored.get(keyOf(command));
    return `${command.effect} of call ${command.callId}: ${row === undefined ? 'never stored' : `still ${row.state} (${String(row.reason)})`}`;
  });
  const findings: string[] = [];
  const other: string[] = canariesIn(await arena.logs(), arena.secrets, load.phones);
  let duplicated = 0;
  let blindResends = 0;
  let overLimitWindows = 0;
  let outOfOrder = 0;
  for (const tenant of tenants) {
    const own = rows.filter((row) => row.account_id === tenant.accountId);
    const contents = emulator.control.state(tenant.portal.id);
    const report = emulator.control.report(tenant.portal.id);
    lost.push(...missingIn(contents, own, load.wanted, keyOfRow));
    other.push(...strangersIn(contents, own));
    const early = report.requestsDuringBlock.filter(({ afterMs }) => afterMs > ON_ITS_WAY_MS);
    other.push(
      ...early.map(
        ({ seq, afterMs }) => `request ${String(seq)} to a blocked account, ${String(afterMs)} ms after it was told`,
      ),
    );
    other.push(...report.overlappingWriters.map(({ why, what }) => `two writes at once (${why}): ${what}`));
    if (report.requestsDropped > 0) other.push('the log of requests was too short to be judged');
    duplicated += surplusIn(report);
    blindResends += report.blindResends.length;
    overLimitWindows += report.overLimitWindows.length;
    outOfOrder += report.outOfOrder.length;
    if (surplusIn(report) > 0) findings.push(`duplicates: ${JSON.stringify(report.duplicates)}`);
    findings.push(
      ...report.blindResends.map(({ marker, firstSeq, secondSeq }) => {
        const between = emulator.control
          .requests(tenant.portal.id)
          .filter(({ seq }) => seq >= firstSeq && seq <= secondSeq);
        return `blind resend of ${marker}: ${between.map(told).join(' → ')}`;
      }),
      ...report.overLimitWindows.map(({ fromSeq, requests }) => {
        const window = emulator.control
          .requests(tenant.portal.id)
          .filter(({ seq }) => seq >= fromSeq)
          .slice(0, requests);
        return `over the limit: ${window.map(told).join(' → ')}`;
      }),
      ...report.outOfOrder.map((pair) => `out of order: ${JSON.stringify(pair)}`),
    );
  }
  const inState = (state: string): number => rows.filter((row) => row.state === state).length;
  return {
    accepted: wanted.length,
    done: inState('done'),
    skipped: inState('skipped') + inState('discarded'),
    parked:
      inState('parked') + rows.filter(({ state, blocked_by }) => state === 'waiting' && blocked_by !== null).length,
    lost: lost.length,
    duplicated,
    blindResends,
    overLimitWindows,
    outOfOrder,
    other: other.length,
    findings: [...lost.slice(0, 5), ...other.slice(0, 5), ...findings.slice(0, 10)],
  };
}
