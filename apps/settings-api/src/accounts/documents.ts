import { NotFoundException } from '@nestjs/common';
import { defaultIntegration, type IntegrationSettings, type PbxEmployee, settingsSchema } from '@perezvon/contracts';
import { type EntityManager } from 'typeorm';

export type MappingEntry = { employeeId: string; crmUserId: number };

/** A document as it stands; revision 0: it was never saved and has its defaults. */
export interface Stored<Body> {
  readonly body: Body;
  readonly revision: number;
}

interface Bodies {
  integration: IntegrationSettings;
  employees: PbxEmployee[];
  mapping: MappingEntry[];
}

const { integration, employees, mapping } = settingsSchema.shape;

/** The parts of an account's settings that are read and written as a whole. To write, hold the account's lock. */
export class Documents {
  constructor(
    private readonly tx: Pick<EntityManager, 'query'>,
    private readonly accountId: string,
  ) {}

  async integration(): Promise<Stored<IntegrationSettings>> {
    const { body, revision } = await this.read('integration');
    return { body: body === null ? defaultIntegration() : integration.parse(body), revision };
  }

  async employees(): Promise<Stored<PbxEmployee[]>> {
    const { body, revision } = await this.read('employees');
    return { body: body === null ? [] : employees.parse(body), revision };
  }

  async mapping(): Promise<Stored<MappingEntry[]>> {
    const { body, revision } = await this.read('mapping');
    return { body: body === null ? [] : mapping.parse(body), revision };
  }

  /** @returns the new revision */
  async save<Kind extends keyof Bodies>(kind: Kind, body: Bodies[Kind]): Promise<number> {
    const rows: { revision: number }[] = await this.tx.query(
      `insert into documents as held (account_id, kind, revision, body) values ($1, $2, 1, $3::jsonb)
       on conflict (account_id, kind) do update
         set body = excluded.body, revision = held.revision + 1, updated_at = now()
       returning revision`,
      [this.accountId, kind, JSON.stringify(body)],
    );
    return rows[0]?.revision ?? 0;
  }

  private async read(kind: keyof Bodies): Promise<{ body: unknown; revision: number }> {
    const rows: { body: unknown; revision: number | null }[] = await this.tx.query(
      `select documents.body, documents.revision from accounts
         left join documents on documents.account_id = accounts.account_id and documents.kind = $2
        where accounts.account_id = $1 and accounts.deleted_at is null`,
      [this.accountId, kind],
    );
    if (rows[0] === undefined) throw new NotFoundException();
    return { body: rows[0].body, revision: rows[0].revision ?? 0 };
  }
}
