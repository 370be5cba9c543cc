/**
 * Rows as column arrays, for one statement over many rows:
 *
 *     const parameters = columns(calls, (c) => c.accountId, (c) => c.callId, (c) => JSON.stringify(c.state));
 *     await tx.query('insert into calls (…) select * from unnest($1::text[], $2::text[], $3::jsonb[])', parameters);
 *
 * JSON goes in as text made with `JSON.stringify`, a time as ISO 8601, bytes as a Buffer.
 *
 * @throws TypeError for a value that is itself an array: Postgres would take the column as two-dimensional, and
 *   `unnest` would flatten it, moving values into other rows without any error
 */
export function columns<Row>(rows: readonly Row[], ...pick: readonly ((row: Row) => ColumnValue)[]): ColumnValue[][] {
  return pick.map((value, index) =>
    rows.map((row) => {
      const picked = value(row);
      if (Array.isArray(picked)) throw new TypeError(`column ${index + 1} holds an array: pass it as JSON text`);
      return picked;
    }),
  );
}

/** What a cell may hold. Objects are left out: the driver would make JSON of them where nobody sees it. */
export type ColumnValue = string | number | bigint | boolean | Date | Buffer | null;
