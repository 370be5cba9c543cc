import { z } from 'zod';

const node = z.looseObject({
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  allOf: z.array(z.unknown()).optional(),
});

/**
 * The path of every leaf of a JSON Schema, in its order; of a list, the leaves of its items stand under the list itself.
 */
export function leavesOf(schema: unknown, path = ''): string[] {
  const { properties, items, anyOf, allOf } = node.parse(schema);
  if (properties !== undefined) {
    return Object.entries(properties).flatMap(([name, child]) =>
      leavesOf(child, path === '' ? name : `${path}.${name}`),
    );
  }
  const inner = [...(anyOf ?? []), ...(allOf ?? [])]
    .flatMap((each) => leavesOf(each, path))
    .filter((leaf) => leaf !== path);
  if (inner.length > 0) return [...new Set(inner)];
  return items === undefined ? [path] : leavesOf(items, path);
}
