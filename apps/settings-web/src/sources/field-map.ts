import type { SourceView } from '../api/sources';

type FieldMap = NonNullable<SourceView['fieldMap']>;

/** One name a line: ours = the cabinet's. */
export const fieldMapAsText = (map: SourceView['fieldMap']): string =>
  Object.entries(map ?? {})
    .map(([ours, theirs]) => `${ours} = ${theirs}`)
    .join('\n');

/** Null: no name is another one. Lines without a sign of equality are left to be finished. */
export function fieldMapOfText(text: string): FieldMap | null {
  const pairs = text.split('\n').flatMap((line) => {
    const [ours = '', theirs = ''] = line.split('=').map((part) => part.trim());
    return ours === '' || theirs === '' ? [] : [[ours, theirs] as const];
  });
  return pairs.length === 0 ? null : Object.fromEntries(pairs);
}
