import { type Settings } from '@perezvon/contracts';
import { type EntityManager } from 'typeorm';
import { currentActor } from '../access/current-actor.js';
import { type ChangeName } from './change-names.js';
import { differencesOf, mostDifferences } from './differences.js';

/** The documents that a person may want back, as they were after the change. */
type Restorable = Partial<Pick<Settings, 'integration' | 'employees' | 'mapping'>>;

export interface AuditEntry {
  readonly accountId: string;
  readonly change: ChangeName;
  /** Of whom or what, where the settings' difference does not tell: the login of a user, the name of a key. */
  readonly subject?: string;
  readonly before?: Settings;
  readonly after?: Settings;
}

/**
 * Writes down who changed what, in the transaction of the change: nothing that stands is untold, nothing that was refused
 * is told. The page reads it through `Audit`.
 */
export async function writeDown(tx: EntityManager, entry: AuditEntry): Promise<void> {
  const { accountId, change, subject, before, after } = entry;
  const actor = currentActor();
  const all = before === undefined || after === undefined ? [] : differencesOf(before, after);
  await tx.query(
    `insert into audit (account_id, change, subject, actor_kind, actor_id, actor_name, version, differences,
                        differences_untold, restorable)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      accountId,
      change,
      subject ?? null,
      actor.kind,
      actor.id,
      actor.name,
      after?.version ?? null,
      JSON.stringify(all.slice(0, mostDifferences)),
      Math.max(0, all.length - mostDifferences),
      JSON.stringify(before === undefined || after === undefined ? {} : changedDocuments(before, after)),
    ],
  );
}

function changedDocuments(before: Settings, after: Settings): Restorable {
  const changed = (name: keyof Restorable): boolean => JSON.stringify(before[name]) !== JSON.stringify(after[name]);
  return {
    ...(changed('integration') && { integration: after.integration }),
    ...(changed('employees') && { employees: after.employees }),
    ...(changed('mapping') && { mapping: after.mapping }),
  };
}
