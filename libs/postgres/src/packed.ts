/** Several texts or bytes as one binary parameter; where each begins and how long it is; null where there was none. */
export interface Packed {
  readonly bytes: Buffer;
  /** 1-based, as SQL's `substring` counts. */
  readonly starts: readonly number[];
  readonly lengths: readonly (number | null)[];
}

/**
 * Long values for one statement over many rows. An array parameter is written as text, each element escaped character by
 * character or, for bytes, in hexadecimal; this is sent as it is. On the way back into rows:
 *
 *     select substring($1::bytea from start for length) from unnest($2::int[], $3::int[]) as value (start, length)
 *
 * A null length gives null. Limit: 1 GB together, as any parameter.
 */
export function packed(values: readonly (string | Buffer | null)[]): Packed {
  const parts = values.map((value) => (typeof value === 'string' ? Buffer.from(value) : value));
  const starts: number[] = [];
  let next = 1;
  for (const part of parts) {
    starts.push(next);
    next += part?.length ?? 0;
  }
  return {
    bytes: Buffer.concat(parts.filter((part) => part !== null)),
    starts,
    lengths: parts.map((part) => part?.length ?? null),
  };
}
