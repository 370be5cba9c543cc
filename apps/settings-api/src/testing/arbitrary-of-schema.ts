import fc from 'fast-check';
import { type JsonSchema } from '../openapi/dto-schema.js';

/** Values that fit a schema of our document; its subset of JSON Schema is what `schemaOfDto` writes. */
export function fitting(schema: JsonSchema): fc.Arbitrary<unknown> {
  const alternatives = schema['anyOf'] as JsonSchema[] | undefined;
  if (alternatives !== undefined) return fc.oneof(...alternatives.map(fitting));
  const values = schema['enum'] as unknown[] | undefined;
  if (values !== undefined) return fc.constantFrom(...values);
  const number = (name: string, byDefault: number): number => (schema[name] as number | undefined) ?? byDefault;
  switch (schema['type']) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: number('minimum', 0), max: Math.min(number('maximum', 1_000), 2 ** 31 - 1) });
    case 'array':
      return fc.array(fitting((schema['items'] ?? {}) as JsonSchema), { maxLength: 3 });
    case 'object':
      return objectOf(schema);
    case 'string':
      return text(schema, number('minLength', 0), Math.min(number('maxLength', 20), 40));
    default:
      return fc.jsonValue();
  }
}

/** Anything but: another type, another shape, text that breaks programs. */
export const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    null,
    '',
    -1,
    1e308,
    '\u0000',
    '\ud800',
    "'; drop table accounts; --",
    '../../etc/passwd',
    '9'.repeat(500),
    { __proto__: { admin: true } },
    [[[]]],
  ),
);

/** A value that fits, but for one place of it. */
export function almostFitting(schema: JsonSchema): fc.Arbitrary<unknown> {
  return fc.tuple(fitting(schema), junk, fc.nat()).map(([value, wrong, at]) => {
    if (typeof value !== 'object' || value === null) return wrong;
    const names = Object.keys(value);
    const name = names[at % Math.max(1, names.length)] ?? 'unknown';
    return Array.isArray(value) ? [...(value as unknown[]), wrong] : { ...value, [name]: wrong };
  });
}

function objectOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>;
  const model = Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, fitting(inner)]));
  return fc.record(model, { requiredKeys: (schema['required'] as string[] | undefined) ?? [] });
}

function text(schema: JsonSchema, minLength: number, maxLength: number): fc.Arbitrary<string> {
  if (schema['format'] === 'uuid') return fc.uuid();
  if (schema['format'] === 'date-time') {
    return fc
      .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
      .map((each) => each.toISOString());
  }
  if (schema['pattern'] !== undefined)
    return fc.string({ minLength: 3, maxLength: 12, unit: fc.constantFrom(...'abc123') });
  return fc.string({ minLength, maxLength: Math.max(minLength, maxLength), unit: 'grapheme' });
}
