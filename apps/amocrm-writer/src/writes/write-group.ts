import type { BatchResult } from '@perezvon/amocrm';
import type { EffectRow } from '../ledger/effect-row.js';
import type { Turn } from '../lanes/turn-context.js';
import type { PortalRow } from '../portals/portal.js';
import type { Made } from './made.js';
import { heldByTariff, meaningOf } from './outcome.js';
import type { WriteItem } from './prepare.js';
import { raiseMarks, rememberClients } from './remember.js';
import { post } from './route.js';
import { isCreation, isTariffLimit, limitProbeMs } from './tariff-limit.js';

/**
 * One request, exactly as property 2 wants it: intent committed → bytes leave → outcome committed. A process that dies in
 * between leaves rows in `sending`, which the lane's next holder takes for in doubt.
 *
 * @param onStaleCopy amoCRM refused an id of our copy of the portal
 * @throws LeaseLost before anything was sent; NoCredentials likewise (the intents are taken back)
 */
export async function writeGroup(
  { tools, requests, failures }: Turn,
  items: readonly WriteItem[],
  onStaleCopy: () => Promise<void>,
): Promise<BatchResult<Made>> {
  const { ledger, portals, clock, at } = tools;
  await at('before_intent');
  const { fence } = requests.lease;
  const committed = await ledger.commitIntents(
    fence,
    items.flat().map(({ effect, sent }) => ({ effect, learnt: { sent } })),
    clock.now(),
  );
  // A row that moved on meanwhile (its portal was deleted) is not ours to send; a contact goes without its deal then.
  const ours = new Map(committed.map((row) => [row.seq, row]));
  const sending = items.map((item) => asCommitted(item, ours)).filter((item) => item !== null);
  const halves = items.flat().filter(({ effect }) => ours.has(effect.seq) && !isIn(sending, effect.seq));
  await takeBack(halves.map(({ effect }) => effect.seq));
  if (sending.length === 0) return { kind: 'done', value: [] };
  await at('intent_committed');

  const result = await sendOrTakeBack();
  await at('answered');
  const portal = portalOf(sending);
  const isLimited = await isTariffLimit(requests, portal, sending, result);
  if (isLimited) await portals.limitCreations(portal, clock.now());
  else await failures.written(portal, result);
  const now = clock.now();
  const { ends, copyIsStale } = isLimited
    ? heldByTariff(sending, now + (tools.limitProbeMs ?? limitProbeMs))
    : meaningOf(sending, result, now, failures.retryAt());
  if (portal.limit !== null && ends.some(({ effect, made: one }) => one !== null && isCreation(effect))) {
    await portals.liftLimit(portal, now);
  }
  if (portal.lifted !== null && ends.some((end) => end.made !== null)) await portals.forgetLifted(portal.portalId);
  if (portal.mergedAt === null && ends.some((end) => end.made?.wasMerged)) await portals.rememberMerge(portal, now);
  // Before the write waits again: it must not be resolved by the old copy once more.
  if (copyIsStale) await onStaleCopy();
  const made = ends.map((end) => end.made);
  await ledger.record(
    ends.map(({ effect, happened, learnt }) => ({ seq: effect.seq, happened, learnt })),
    now,
    (memory) => rememberClients(memory, sending, made),
  );
  await raiseMarks(tools.highWater, sending.flat(), made);
  for (const { effect, made: one } of ends) {
    if (one !== null) tools.onWritten(effect.command.effect, now - Date.parse(effect.command.causedAt));
  }
  await at('outcome_recorded');
  return result;

  /** The client throws only before anything has left (no credentials, a request that could not be built). */
  async function sendOrTakeBack(): Promise<BatchResult<Made>> {
    try {
      return await requests.send(portalOf(sending), (client, options) => post(client, sending, options));
    } catch (error) {
      await takeBack(sending.flat().map(({ effect }) => effect.seq));
      throw error;
    }
  }

  async function takeBack(seqs: readonly string[]): Promise<void> {
    const now = clock.now();
    await ledger.record(
      seqs.map((seq) => ({
        seq,
        happened: () => ({ what: 'not_applied', sentUnder: Number(fence.epoch), notBefore: now, reason: 'not_sent' }),
      })),
      now,
    );
  }
}

/** The item with its rows as they stand now; null = not all of it is ours to send. */
function asCommitted([first, deal]: WriteItem, rows: ReadonlyMap<string, EffectRow>): WriteItem | null {
  const one = rows.get(first.effect.seq);
  if (one === undefined) return null;
  if (deal === undefined) return [{ ...first, effect: one }];
  const other = rows.get(deal.effect.seq);
  return other === undefined
    ? null
    : [
        { ...first, effect: one },
        { ...deal, effect: other },
      ];
}

function portalOf(items: readonly WriteItem[]): PortalRow {
  const [first] = items;
  if (first === undefined) throw new Error('a request needs at least one item');
  return first[0].portal;
}

const isIn = (items: readonly WriteItem[], seq: string): boolean =>
  items.some((item) => item.some(({ effect }) => effect.seq === seq));
