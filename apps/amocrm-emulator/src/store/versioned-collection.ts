interface Version<T> {
  readonly value: T;
  readonly atMs: number;
  older: Version<T> | undefined;
}

/**
 * Rows by id, each with the versions that a listing may still have to show.
 *
 * amoCRM's reads by id see a write at once, its lists and its search only some time later (§3.6, §12.1). So a row keeps
 * its older versions until the newest one that every listing can see.
 */
export class VersionedCollection<T extends { readonly id: number }> {
  private readonly rows = new Map<number, Version<T>>();
  private readonly ids: number[] = [];

  get size(): number {
    return this.ids.length;
  }

  get(id: number): T | undefined {
    return this.rows.get(id)?.value;
  }

  /** Stores a new row or a new version; `cutoffMs` is the moment up to which listings see everything. */
  put(value: T, atMs: number, cutoffMs: number): T {
    const current = this.rows.get(value.id);
    if (current === undefined) this.ids.push(value.id);
    for (let version = current; version !== undefined; version = version.older) {
      if (version.atMs <= cutoffMs) version.older = undefined;
    }
    this.rows.set(value.id, { value, atMs, older: current });
    return value;
  }

  /** The row as a listing sees it that knows of writes up to `cutoffMs`. */
  listed(id: number, cutoffMs: number): T | undefined {
    let version = this.rows.get(id);
    while (version !== undefined && version.atMs > cutoffMs) version = version.older;
    return version?.value;
  }

  /** All rows as a listing sees them, by id. */
  *list(cutoffMs: number, order: 'asc' | 'desc' = 'asc'): Generator<T> {
    const last = this.ids.length - 1;
    for (let i = 0; i <= last; i++) {
      const id = this.ids[order === 'asc' ? i : last - i];
      const row = id === undefined ? undefined : this.listed(id, cutoffMs);
      if (row !== undefined) yield row;
    }
  }

  /** All rows as they are now. */
  *values(): Generator<T> {
    for (const version of this.rows.values()) yield version.value;
  }

  copy(): VersionedCollection<T> {
    const copy = new VersionedCollection<T>();
    for (const [id, version] of this.rows) copy.rows.set(id, { ...version });
    copy.ids.push(...this.ids);
    return copy;
  }
}
