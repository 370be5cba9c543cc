import type { Reason } from '@perezvon/contracts';
import type { EffectRow } from '../ledger/effect-row.js';
import type { Happening } from '../ledger/effect-state.js';
import { namesOf } from '../ledger/move-effect.js';
import { together } from '../lanes/lane-requests.js';
import type { Turn } from '../lanes/turn-context.js';
import type { ReadablePortal } from '../portals/portal.js';
import { prepare, type Prepared, type WriteItem } from './prepare.js';
import { routeKey } from './route.js';
import { chunks, maxPerRound } from './rounds.js';
import { writeGroup } from './write-group.js';

/**
 * Effects of one portal from "ready" to their outcome: read what they need → resolve → settle what needs no write →
 * group by request → write. Whatever ends early is recorded with its reason and comes again.
 */
export class WriteRound {
  constructor(
    private readonly turn: Turn,
    private readonly portal: ReadablePortal,
  ) {}

  async run(effects: readonly EffectRow[]): Promise<void> {
    const { queries, ledger, portals, clock } = this.turn.tools;
    const deals = await queries.dealsOf(effects.filter(({ command }) => command.intent.kind === 'ensure_contact'));
    let prepared: Prepared = { items: [], settled: [] };
    const put = await this.turn.failures.settling(this.portal, async () => {
      prepared = await prepare(this.turn, this.portal, effects, deals);
    });
    if (put !== null) {
      const happening: Happening = put.isFinal
        ? { what: 'refused', sentUnder: null, reason: `not_readable_${put.reason}` }
        : { what: 'not_applied', sentUnder: null, notBefore: put.until, reason: put.reason };
      await ledger.record(
        effects.map(({ seq }) => ({ seq, happened: () => happening })),
        clock.now(),
      );
      return;
    }
    await portals.noteBroken(this.portal, reasonsOf(prepared), clock.now());
    await ledger.record(prepared.settled, clock.now());
    await together(requestsOf(prepared.items).map((items) => this.write(items)));
  }

  private async write(items: readonly WriteItem[]): Promise<void> {
    const { failures, tools, readPortalAnew } = this.turn;
    if (failures.pause !== null) return;
    const put = await failures.settling(this.portal, async () => {
      const result = await writeGroup(this.turn, items, () => readPortalAnew(this.portal));
      for (const { effect } of items.flat()) {
        tools.log.info(
          { ...namesOf(effect), items: items.length, outcome: result.kind, requestId: result.requestId },
          'request ended',
        );
      }
    });
    if (put !== null) tools.log.warn({ lane: this.portal.lane, reason: put.reason }, 'not sent');
  }
}

/** What the rules said of all that this round is about. */
function reasonsOf({ items, settled }: Prepared): Reason[] {
  const written = items.flat().flatMap(({ resolution }) => resolution.reasons);
  return [...written, ...settled.flatMap(({ learnt }) => learnt?.reasons ?? [])];
}

/** Items of one route share a request; those of a batch that is being taken apart only with as many as they may. */
function requestsOf(items: readonly WriteItem[]): WriteItem[][] {
  const groups = new Map<string, WriteItem[]>();
  for (const item of items) {
    const key = `${routeKey(item)}|${batchMaxOf(item)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()].flatMap((group) => chunks(group, group[0] ? batchMaxOf(group[0]) : maxPerRound));
}

const batchMaxOf = (item: WriteItem): number =>
  Math.max(1, Math.min(maxPerRound, ...item.map(({ effect }) => effect.batchMax)));
