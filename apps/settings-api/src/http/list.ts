/** What every list of the API looks like. */
export interface List<Item> {
  readonly items: readonly Item[];
  /** Give it as `cursor` to get what follows; null: that was all. */
  readonly nextCursor: string | null;
}

export function wholeList<Item>(items: readonly Item[]): List<Item> {
  return { items, nextCursor: null };
}
