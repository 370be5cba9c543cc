import type { ru } from './ru';

export type Words = typeof ru;

/** Forms of one text by its `count`: `title_one`, `title_few` … are the key `title`. */
type Counted<Name extends string> = Name extends `${infer Base}_${'one' | 'few' | 'many' | 'other'}` ? Base : Name;

type KeyIn<Node, Leaf> = {
  [Name in keyof Node & string]: Node[Name] extends Leaf
    ? Counted<Name>
    : Node[Name] extends object
      ? `${Name}.${KeyIn<Node[Name], Leaf>}`
      : never;
}[keyof Node & string];

/** Where a text stands: `settings.blocks.incoming`. A key that `ru` lacks does not compile. */
export type TextKey = KeyIn<Words, string>;
export type ListKey = KeyIn<Words, readonly string[]>;

export type Values = Readonly<Record<string, string | number>>;

/** A key that has no text is shown as it is: better than nothing, and it can be looked up. */
export function textOf(words: Words, plurals: Intl.PluralRules, key: string, values: Values = {}): string {
  const { count } = values;
  const counted = typeof count === 'number' ? find(words, `${key}_${plurals.select(count)}`) : undefined;
  const text = counted ?? find(words, key);
  if (typeof text !== 'string') return key;
  return text.replace(/\{\{(\w+)\}\}/g, (_whole, name: string) => String(values[name] ?? ''));
}

/** Its lines as they are: braces in them are the PBX's own. */
export function linesOf(words: Words, key: string): readonly string[] {
  const lines = find(words, key);
  return Array.isArray(lines) ? lines.filter((line) => typeof line === 'string') : [];
}

/** The last step may itself contain dots: `overview.events.call.ended`. */
function find(node: unknown, path: string): unknown {
  if (typeof node !== 'object' || node === null) return undefined;
  const children: Readonly<Record<string, unknown>> = { ...node };
  if (path in children) return children[path];
  const dot = path.indexOf('.');
  return dot < 0 ? undefined : find(children[path.slice(0, dot)], path.slice(dot + 1));
}
