import type { Settings } from '@perezvon/contracts';
import { inTransaction } from '@perezvon/postgres';
import type { DataSource } from 'typeorm';
import { applyDeletion, applySettings } from './portals/apply-settings.js';

/** The settings of an account, or null with its id: it was deleted. */
export type SettingsChange = { readonly document: Settings } | { readonly document: null; readonly accountId: string };

/**
 * settings.v1 → accounts and portals. New or changed credentials make the portal be looked at; a portal that is gone parks
 * what waits for it (housekeeping does, right after).
 */
export class TakeSettings {
  constructor(
    private readonly dataSource: DataSource,
    private readonly onStored: () => void,
  ) {}

  async execute(changes: readonly SettingsChange[]): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      for (const change of changes) {
        if (change.document === null) await applyDeletion(tx, change.accountId);
        else await applySettings(tx, change.document);
      }
    });
    this.onStored();
  }
}
