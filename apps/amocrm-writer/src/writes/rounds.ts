import type { EffectRow } from '../ledger/effect-row.js';

/** Effects that are made ready together and share requests: as many as amoCRM recommends for one (amocrm-api.md §2.2). */
export const maxPerRound = 50;

/**
 * Cuts what is ready into rounds of one kind, so that a request is as full as it can be. A lone effect is a round of its
 * own: nothing waits for company.
 */
export function roundsOf(effects: readonly EffectRow[]): EffectRow[][] {
  const byKind = new Map<string, EffectRow[]>();
  for (const effect of effects) {
    const { kind } = effect.command.intent;
    const same = byKind.get(kind);
    if (same === undefined) byKind.set(kind, [effect]);
    else same.push(effect);
  }
  return [...byKind.values()].flatMap((same) => chunks(same, maxPerRound));
}

export function chunks<T>(items: readonly T[], size: number): T[][] {
  const cut: T[][] = [];
  for (let from = 0; from < items.length; from += size) cut.push(items.slice(from, from + size));
  return cut;
}
