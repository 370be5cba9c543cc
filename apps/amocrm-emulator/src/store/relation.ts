/** One-to-many ids, the reverse side of links that are stored on the other entity. */
export class Relation<K extends string | number> {
  private readonly byKey = new Map<K, Set<number>>();

  add(key: K, id: number): void {
    const ids = this.byKey.get(key);
    if (ids === undefined) this.byKey.set(key, new Set([id]));
    else ids.add(id);
  }

  remove(key: K, id: number): void {
    this.byKey.get(key)?.delete(id);
  }

  of(key: K): readonly number[] {
    const ids = this.byKey.get(key);
    return ids === undefined ? [] : [...ids];
  }

  copy(): Relation<K> {
    const copy = new Relation<K>();
    for (const [key, ids] of this.byKey) copy.byKey.set(key, new Set(ids));
    return copy;
  }
}
