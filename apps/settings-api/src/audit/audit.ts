import { NotFoundException } from '@nestjs/common';
import { settingsSchema } from '@perezvon/contracts';
import { Problem } from '@perezvon/service';
import { type DataSource } from 'typeorm';
import { type Actor } from '../access/access.js';
import { type AccountChanges } from '../accounts/account-changes.js';
import { type List } from '../http/list.js';
import { type Integration } from '../integration/integration.js';
import { type People } from '../people/people.js';
import { type ChangeName } from './change-names.js';
import { type SettingsDifference } from './differences.js';
import { type KnownNames, knownNames } from './known-names.js';

export interface AuditLine {
  readonly revision: number;
  readonly at: Date;
  readonly actor: Actor;
  readonly change: ChangeName;
  readonly subject: string | null;
  readonly differences: readonly SettingsDifference[];
  /** How many more there were. */
  readonly differencesUntold: number;
  readonly canBeRestored: boolean;
}

interface Row {
  revision: string;
  at: Date;
  actor_kind: Actor['kind'];
  actor_id: string | null;
  actor_name: string;
  change: ChangeName;
  subject: string | null;
  differences: SettingsDifference[];
  differences_untold: number;
  can_be_restored: boolean;
}

const restorable = settingsSchema.pick({ integration: true, employees: true, mapping: true }).partial();

/** Who changed what in an account, and the way back. */
export class Audit {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: AccountChanges,
    private readonly integration: Integration,
    private readonly people: People,
  ) {}

  /** The newest first. */
  async list(accountId: string, limit: number, before: number): Promise<List<AuditLine>> {
    await this.changes.requireAccount(accountId);
    const rows: Row[] = await this.dataSource.query(
      `select revision, at, actor_kind, actor_id, actor_name, change, subject, differences, differences_untold,
              restorable::text <> '{}' as can_be_restored
         from audit where account_id = $1 and revision < $2 order by revision desc limit $3`,
      [accountId, before, limit + 1],
    );
    const items = rows.slice(0, limit).map(lineOf);
    const last = items.at(-1);
    return { items, nextCursor: rows.length > limit && last !== undefined ? String(last.revision) : null };
  }

  /** What the ids in its lines are called. */
  names(accountId: string): Promise<KnownNames> {
    return knownNames(this.dataSource, accountId);
  }

  /**
   * Saves again what that change had saved, with every check of a save: what it named may be gone by now.
   *
   * @throws Problem 409 when the change saved nothing that can be taken back, 422 when it would not be right any more
   */
  async restore(accountId: string, revision: number): Promise<void> {
    const rows: { restorable: unknown }[] = await this.dataSource.query(
      'select restorable from audit where account_id = $1 and revision = $2',
      [accountId, revision],
    );
    if (rows[0] === undefined) throw new NotFoundException();
    const { integration, employees, mapping } = restorable.parse(rows[0].restorable);
    if (integration === undefined && employees === undefined && mapping === undefined) throw nothingToRestore();
    if (employees !== undefined) await this.people.putEmployees(accountId, employees, 'any');
    if (mapping !== undefined) await this.people.putMapping(accountId, mapping, 'any');
    if (integration !== undefined) await this.integration.put(accountId, integration, 'any');
  }
}

function lineOf(row: Row): AuditLine {
  return {
    revision: Number(row.revision),
    at: row.at,
    actor: { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
    change: row.change,
    subject: row.subject,
    differences: row.differences,
    differencesUntold: row.differences_untold,
    canBeRestored: row.can_be_restored,
  };
}

function nothingToRestore(): Problem {
  return new Problem({
    status: 409,
    code: 'nothing_to_restore',
    message: {
      ru: 'Это изменение нельзя вернуть: оно не меняло ни настроек, ни сотрудников, ни сопоставления.',
      en: 'This change cannot be taken back: it touched neither settings, nor employees, nor the mapping.',
    },
  });
}
