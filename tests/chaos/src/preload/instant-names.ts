/** `update effect`, `commit`: the verb of a statement and the table that it is about. */
export function statementName(sql: string): string {
  const text = outerOf(sql.trim().toLowerCase());
  const verb = /^\w+/.exec(text)?.[0] ?? '';
  const table = /\b(?:from|into|update)\s+(?:\w+\.)?"?([a-z_]+)/.exec(text)?.[1];
  if (verb === 'select' && text.includes('for update')) return `lock ${table ?? ''}`;
  if (table === undefined || verb === 'start' || verb === 'commit') return verb;
  return `${verb} ${table}`;
}

/** Without what stands in brackets: `extract(epoch from x)` names no table. */
function outerOf(sql: string): string {
  const outer = sql.replace(/\([^()]*\)/g, ' ');
  return outer === sql ? outer : outerOf(outer);
}

/** `POST leads/complex`: the method and the path without ids. */
export function exchangeName(method: string, path: string): string {
  const bare = (path.split('?')[0] ?? '').replace(/^\/api\/v4\//, '').replace(/\/\d+/g, '');
  return `${method} ${bare}`;
}
