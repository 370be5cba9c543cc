import { type Tag } from './model.js';

/** The tags of one kind of card. Each caller's number may be one, so they are found by id and name, never by a scan. */
export class TagBook {
  private readonly byId = new Map<number, Tag>();
  private readonly byName = new Map<string, Tag>();

  constructor(tags: Iterable<Tag> = []) {
    for (const tag of tags) this.add(tag);
  }

  add(tag: Tag): void {
    this.byId.set(tag.id, tag);
    this.byName.set(tag.name, tag);
  }

  get(id: number): Tag | undefined {
    return this.byId.get(id);
  }

  named(name: string): Tag | undefined {
    return this.byName.get(name);
  }

  /** In the order they were made. */
  all(): Iterable<Tag> {
    return this.byId.values();
  }
}
