import pg from 'pg';

/**
 * What the services have taken and not finished: calls that the engine still follows or that wait, effects and questions
 * of the writer, records that wait to be published. A look behind the scenes that only this local proof takes: through
 * the services' doors each of these numbers is a metric or a later issue's status page.
 */
const UNDER_WAY = `
  select (select count(*) from decision_engine.calls where state not in ('decided', 'ignored'))::int as calls,
         (select count(*) from amocrm_writer.effect where state in ('waiting', 'sending', 'in_doubt'))::int as effects,
         (select count(*) from amocrm_writer.lookup)::int as lookups,
         (select count(*) from amocrm_writer.effect where state = 'parked')::int as parked
`;

export interface UnderWay {
  readonly calls: number;
  readonly effects: number;
  readonly lookups: number;
  /** Waits for a person: nothing will happen by itself. */
  readonly parked: number;
}

export async function readUnderWay(databaseUrl: string): Promise<UnderWay> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const [row] = (await client.query<{ calls: number; effects: number; lookups: number; parked: number }>(UNDER_WAY))
      .rows;
    if (row === undefined) throw new Error('PostgreSQL answered a count without a row');
    return row;
  } finally {
    await client.end();
  }
}

export function isNothing({ calls, effects, lookups }: UnderWay): boolean {
  return calls === 0 && effects === 0 && lookups === 0;
}
