import type { Client, Route } from '@perezvon/contracts';
import { queryPrepared } from '@perezvon/postgres';
import type { DataSource } from 'typeorm';

/** What one question finds in the local directory. */
export interface RouteDirectory {
  /** Null: the engine does not know the account. */
  readonly version: number | null;
  readonly portal: { readonly portalId: string; readonly lane: string | null; readonly receivedAt: string } | null;
  /** True: a phone that is not in the directory is nobody's. */
  readonly isComplete: boolean;
  readonly cards: Client['cards'] | null;
  readonly asOf: string | null;
  readonly isFresh: boolean;
  /** What was answered before within this call. */
  readonly answered: Route | null;
}

interface StoredDirectory {
  version: number | null;
  portal_id: string | null;
  lane: string | null;
  received_at: string | null;
  mirror_complete: boolean | null;
  cards: Client['cards'] | null;
  as_of: Date | null;
  is_fresh: boolean;
  answer: Route | null;
}

/** Everything by primary key, in one round trip: the caller hears nothing until it is back. */
const READ_DIRECTORY = {
  name: 'read-directory',
  sql: `
  select a.version, p.portal_id, p.lane, p.received_at::text, p.mirror_complete, c.cards, c.as_of,
         coalesce(c.observed_at > now() - make_interval(secs => $4), false) as is_fresh, r.answer
    from (select $1::text as account_id) asked
    left join accounts a on a.account_id = asked.account_id and not a.deleted
    left join portals p on p.portal_id = a.portal_id
    left join clients c on c.lane = p.lane and c.phone = $2
    left join route_answers r on r.route_id = $3::uuid`,
};

export async function readDirectory(
  dataSource: DataSource,
  asked: { readonly accountId: string; readonly phone: string | null; readonly routeId: string },
  freshForSec: number,
): Promise<RouteDirectory> {
  const [row] = await queryPrepared<StoredDirectory>(dataSource, READ_DIRECTORY, [
    asked.accountId,
    asked.phone,
    asked.routeId,
    freshForSec,
  ]);
  if (!row) throw new Error('a select from one row gave none');
  return {
    version: row.version,
    portal:
      row.portal_id === null || row.received_at === null
        ? null
        : { portalId: row.portal_id, lane: row.lane, receivedAt: row.received_at },
    isComplete: row.mirror_complete ?? false,
    cards: row.cards,
    asOf: row.as_of?.toISOString() ?? null,
    isFresh: row.is_fresh,
    answered: row.answer,
  };
}
