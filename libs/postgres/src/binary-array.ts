/** Object ids of the element types, fixed in every Postgres (`pg_type.dat`). */
const TYPES = { text: 25, json: 114 } as const;

const ARRAY_HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
const NULL = -1;

/**
 * Long values as one array parameter in Postgres's binary format, for one statement over many rows:
 *
 *     select … from unnest($1::uuid[], $2::json[]) as row (id, document)
 *
 * The driver writes an array as one text, each element escaped character by character, and Postgres undoes that; this is
 * taken as it is. Limit: 1 GB together, like every parameter.
 */
export function binaryArray(type: keyof typeof TYPES, values: readonly (string | null)[]): Buffer {
  const lengths = values.map((value) => (value === null ? NULL : Buffer.byteLength(value)));
  const bytes = lengths.reduce((sum, length) => sum + LENGTH_BYTES + Math.max(0, length), ARRAY_HEADER_BYTES);
  const array = Buffer.allocUnsafe(bytes);
  array.writeInt32BE(1, 0); // dimensions
  array.writeInt32BE(lengths.includes(NULL) ? 1 : 0, 4);
  array.writeInt32BE(TYPES[type], 8);
  array.writeInt32BE(values.length, 12);
  array.writeInt32BE(1, 16); // the first element's number
  let at = ARRAY_HEADER_BYTES;
  for (const [i, value] of values.entries()) {
    at = array.writeInt32BE(lengths[i] ?? NULL, at);
    if (value !== null) at += array.write(value, at);
  }
  return array;
}
