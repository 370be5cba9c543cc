import { NotFoundException } from '@nestjs/common';
import { Problem } from '@perezvon/service';
import { type DataSource } from 'typeorm';
import { type List } from '../http/list.js';
import { invalid } from '../http/validation.js';
import { timeOrderedUuid } from '../ids.js';
import { type TokenEraser } from '../portals/token-eraser.js';
import { type AccountChanges } from './account-changes.js';

export interface AccountView {
  readonly accountId: string;
  readonly name: string;
  /** Of the newest `settings.v1` document. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const columnsOfView = `account_id as "accountId", name, version::int, created_at as "createdAt", updated_at as "updatedAt"`;

export class Accounts {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: AccountChanges,
    private readonly eraser: TokenEraser,
  ) {}

  async list(limit: number, after: string): Promise<List<AccountView>> {
    const rows: AccountView[] = await this.dataSource.query(
      `select ${columnsOfView} from accounts
        where deleted_at is null and account_id > $1 order by account_id limit $2`,
      [after, limit + 1],
    );
    const items = rows.slice(0, limit);
    return { items, nextCursor: rows.length > limit ? (items.at(-1)?.accountId ?? null) : null };
  }

  async get(accountId: string): Promise<AccountView> {
    const rows: AccountView[] = await this.dataSource.query(
      `select ${columnsOfView} from accounts where account_id = $1 and deleted_at is null`,
      [accountId],
    );
    if (rows[0] === undefined) throw new NotFoundException();
    return rows[0];
  }

  /**
   * @param accountId as the PBX platform names it; made here if absent
   * @throws Problem 422 for `.` and `..`, 409 for one that is there
   */
  async create(name: string, accountId: string = timeOrderedUuid()): Promise<AccountView> {
    if (/^\.{1,2}$/.test(accountId)) throw notAnId();
    if (await this.changes.create(accountId, name)) return this.get(accountId);
    throw new Problem({
      status: 409,
      code: 'account_exists',
      message: { ru: 'Такой кабинет уже есть.', en: 'There is already an account of this id.' },
    });
  }

  async rename(accountId: string, name: string): Promise<AccountView> {
    await this.changes.change(accountId, 'account_renamed', (tx) =>
      tx.query('update accounts set name = $2 where account_id = $1', [accountId, name]),
    );
    return this.get(accountId);
  }

  async remove(accountId: string): Promise<void> {
    await this.changes.remove(accountId);
    await this.eraser.erase();
  }
}

/** A path with such a part is another path by the time it arrives, ours between the services included. */
function notAnId(): Problem {
  return invalid([
    {
      path: 'accountId',
      code: 'not_an_id',
      message: {
        ru: 'Точки сами по себе не могут быть кодом кабинета.',
        en: 'Dots alone cannot be the id of an account.',
      },
    },
  ]);
}
