export interface Table {
  head: string[];
  rows: string[][];
}

/** Columns as wide as their widest cell; a head of empty words is left out. */
export function format({ head, rows }: Table): string {
  const lines = head.every((word) => word === '') ? rows : [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => oneLine(cell).padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Names and notes are other people's text: no control character of theirs reaches the terminal. */
function oneLine(cell: string): string {
  return cell.replace(/\p{Cc}/gu, ' ');
}
