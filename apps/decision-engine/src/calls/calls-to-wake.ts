import { columns } from '@perezvon/postgres';
import type { DataSource } from 'typeorm';
import type { ClientKey } from '../directory/client-directory.js';

const notPutOff = '(c.put_off_until is null or c.put_off_until <= $2)';

/** Calls to be looked at again, by the news that they may wait for. Read without locks: the step itself looks again. */
export class CallsToWake {
  constructor(private readonly dataSource: DataSource) {}

  /** Index calls_awaiting. */
  forClients(clients: readonly ClientKey[]): Promise<string[]> {
    return this.ids(
      `select c.call_id
         from unnest($1::text[], $2::text[]) as k (lane, phone)
         join portals p on p.lane = k.lane
         join calls c on c.portal_id = p.portal_id and c.phone = k.phone
        where c.state in ('awaiting_client', 'awaiting_portal')`,
      columns(
        clients,
        (c) => c.lane,
        (c) => c.phone,
      ),
    );
  }

  /** Index calls_awaiting. */
  forPortals(portalIds: readonly string[]): Promise<string[]> {
    return this.ids(
      `select call_id from calls where portal_id = any($1::uuid[]) and state in ('awaiting_client', 'awaiting_portal')
        limit 1000`,
      [portalIds],
    );
  }

  /**
   * Calls that came before their account's settings, and those whose waiting is over because the account was switched off
   * or deleted (R3, R11). Indexes calls_awaiting_settings, calls_awaiting.
   */
  forSettings(accountIds: readonly string[]): Promise<string[]> {
    return this.ids(
      `select call_id from calls where account_id = any($1::text[]) and state = 'awaiting_settings'
       union all
       select call_id from calls where account_id = any($1::text[]) and state in ('awaiting_client', 'awaiting_portal')
        limit 1000`,
      [accountIds],
    );
  }

  /** Calls whose time has come. Index calls_wake_at. */
  due(now: Date, limit: number): Promise<string[]> {
    return this.ids('select call_id from calls where wake_at <= $1 order by wake_at limit $2', [now, limit]);
  }

  /**
   * Calls whose news (settings, a lane, the end of the integration) came while they were being stored: the transaction
   * that stored them did not see the news, and the news did not see them. Indexes calls_awaiting_settings, calls_awaiting.
   */
  missedNews(now: Date, limit: number): Promise<string[]> {
    return this.ids(
      `(select c.call_id from calls c join accounts a using (account_id)
         where c.state = 'awaiting_settings' and not a.deleted and ${notPutOff} limit $1)
       union all
       (select c.call_id from calls c join portals p using (portal_id)
         where c.state = 'awaiting_portal' and p.lane is not null and ${notPutOff} limit $1)
       union all
       (select c.call_id from calls c join accounts a using (account_id)
         where c.state in ('awaiting_client', 'awaiting_portal')
           and (not a.active or c.settings_version <= a.last_off_version) and ${notPutOff} limit $1)`,
      [limit, now],
    );
  }

  /** Its other news still reach it. */
  async putOff(callId: string, until: Date): Promise<void> {
    await this.dataSource.query('update calls set wake_at = $2, put_off_until = $2 where call_id = $1', [
      callId,
      until,
    ]);
  }

  private async ids(sql: string, parameters: unknown[]): Promise<string[]> {
    const rows: { call_id: string }[] = await this.dataSource.query(sql, parameters);
    return rows.map((row) => row.call_id);
  }
}
