/** Query parameters with PHP's nesting: `filter[entity_id][]=1` → `{ filter: { entity_id: { 0: '1' } } }`. */
export type QueryTree = { [name: string]: string | QueryTree };

export function parseQuery(search: string): QueryTree {
  const tree: QueryTree = Object.create(null) as QueryTree;
  for (const [key, value] of new URLSearchParams(search)) {
    const [first = '', ...rest] = key.split('[');
    let node = tree;
    let name = first;
    for (const part of rest) {
      const existing = node[name];
      const child: QueryTree = typeof existing === 'object' ? existing : (Object.create(null) as QueryTree);
      node[name] = child;
      node = child;
      const inner = part.replace(/\].*$/, '');
      name = inner === '' ? String(Object.keys(node).length) : inner;
    }
    node[name] = value;
  }
  return tree;
}

export function queryText(tree: QueryTree | undefined, name: string): string | undefined {
  const value = tree?.[name];
  return typeof value === 'string' ? value : undefined;
}

export function queryBranch(tree: QueryTree | undefined, name: string): QueryTree | undefined {
  const value = tree?.[name];
  return typeof value === 'object' ? value : undefined;
}

/** One value or a list of them: `filter[id]=1`, `filter[id]=1,2` and `filter[id][]=1&filter[id][]=2`. */
export function queryList(tree: QueryTree | undefined, name: string): string[] | undefined {
  const value = tree?.[name];
  if (value === undefined) return undefined;
  if (typeof value === 'string') return value.split(',');
  return Object.values(value).filter((item): item is string => typeof item === 'string');
}

/** A time as "since" or as `[from]`/`[to]`, inclusive, in Unix seconds. */
export function queryRange(tree: QueryTree | undefined, name: string): { from: number; to: number } | undefined {
  const value = tree?.[name];
  if (value === undefined) return undefined;
  const bound = (text: string | undefined, otherwise: number) => {
    const number = Number(text);
    return text === undefined || text === '' || Number.isNaN(number) ? otherwise : number;
  };
  if (typeof value === 'string') return { from: bound(value, -Infinity), to: Infinity };
  return { from: bound(queryText(value, 'from'), -Infinity), to: bound(queryText(value, 'to'), Infinity) };
}
