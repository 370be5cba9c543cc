/** No PBX nests deeper; `JSON.stringify` and PostgreSQL end at some thousand levels, by throwing. */
const MAX_NESTING = 100;

/** A text shorter than this cannot nest deep enough to harm anybody, so the usual event is not walked through. */
const HARMLESS_LENGTH = 2_000;

/** Whether a parsed text is nested so deep that whoever writes it again would fail. */
export function isNestedTooDeep(value: unknown, textLength: number): boolean {
  if (textLength < HARMLESS_LENGTH) return false;
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_NESTING) return true;
    level = level.flatMap((each): unknown[] => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  }
  return false;
}
