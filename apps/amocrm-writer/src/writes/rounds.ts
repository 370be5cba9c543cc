import type { ReadyEffect } from '../ledger/effect-row.js';

/** Effects that are made ready together and share requests: as many as amoCRM recommends for one (amocrm-api.md §2.2). */
export const maxPerRound = 50;

/** Effects of one kind and one urgency. */
export interface Round {
  readonly effects: readonly ReadyEffect[];
  readonly isUrgent: boolean;
}

/**
 * Cuts what is ready into rounds, in its order, so that a request is as full as it can be. A lone effect is a round of its
 * own: nothing waits for company, and no call that just happened for the reading of a backlog's clients.
 */
export function roundsOf(effects: readonly ReadyEffect[]): Round[] {
  const alike = new Map<string, ReadyEffect[]>();
  for (const effect of effects) {
    const key = `${String(effect.isUrgent)}|${effect.command.intent.kind}`;
    const same = alike.get(key);
    if (same === undefined) alike.set(key, [effect]);
    else same.push(effect);
  }
  return [...alike.values()].flatMap((same) =>
    chunks(same, maxPerRound).map((own) => ({ effects: own, isUrgent: own.some(({ isUrgent }) => isUrgent) })),
  );
}

export function chunks<T>(items: readonly T[], size: number): T[][] {
  const cut: T[][] = [];
  for (let from = 0; from < items.length; from += size) cut.push(items.slice(from, from + size));
  return cut;
}
