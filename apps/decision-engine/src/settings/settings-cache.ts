import type { Settings } from '@perezvon/contracts';
import type { EntityManager } from 'typeorm';
import { settingsOf, versionKey, type VersionKey } from './account-settings.js';

/** Versions never change once stored, so a version read is a version known; the oldest leave when it is full. */
export class SettingsCache {
  private readonly held = new Map<string, Settings>();

  constructor(private readonly capacity = 2_000) {}

  async get(tx: EntityManager, keys: readonly VersionKey[]): Promise<(key: VersionKey) => Settings | undefined> {
    const missing = keys.filter((key) => !this.held.has(versionKey(key)));
    if (missing.length > 0) {
      for (const [key, document] of await settingsOf(tx, missing)) this.held.set(key, document);
    }
    const found = new Map(keys.map((key) => [versionKey(key), this.held.get(versionKey(key))]));
    for (const oldest of this.held.keys()) {
      if (this.held.size <= this.capacity) break;
      this.held.delete(oldest);
    }
    return (key) => found.get(versionKey(key));
  }
}
