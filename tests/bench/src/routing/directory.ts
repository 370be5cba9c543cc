import pg from 'pg';
import { LANE, RESPONSIBLE } from '../pipeline/account.js';

export const CLIENTS = 100_000;

/** Digits of the client's number, as a PBX writes it. */
export const numberOf = (client: number) => `7916${String(client).padStart(7, '0')}`;

/** As the mirror would have filled it. */
export async function fillDirectory(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(
    `insert into decision_engine.clients (lane, phone, cards, as_of, observed_at)
     select $1, '+7916' || lpad(n::text, 7, '0'), jsonb_build_array(jsonb_build_object('type', 'contact', 'id', n + 1,
            'name', 'Клиент', 'responsibleUserId', $2::int, 'updatedAt', 1700000000, 'activeDealUpdatedAt', null)), now(), now()
       from generate_series(0, $3::int - 1) as n`,
    [LANE, RESPONSIBLE, CLIENTS],
  );
  // A database that has been there for long has had its nights: the backlog just worked off is not cleared up meanwhile.
  await client.query('vacuum analyze');
  await client.end();
}
