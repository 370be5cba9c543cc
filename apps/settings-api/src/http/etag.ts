import { Problem } from '@perezvon/service';

/** The revision that the writer of a document has seen: a number, any (`*`), or none named. */
export type ExpectedRevision = number | 'any';

export function etagOf(revision: number): string {
  return `"${revision}"`;
}

/** `If-Match`: one of our tags, `*`, or absent, which overwrites whatever is there. Anything else can never match. */
export function expectedRevision(ifMatch: string | undefined): ExpectedRevision {
  if (ifMatch === undefined || ifMatch.trim() === '*') return 'any';
  const revision = /^\s*"(\d{1,9})"\s*$/.exec(ifMatch)?.[1];
  if (revision === undefined) throw lostRace();
  return Number(revision);
}

/** @throws Problem 412 when somebody else has saved since */
export function requireRevision(expected: ExpectedRevision, current: number): void {
  if (expected !== 'any' && expected !== current) throw lostRace();
}

function lostRace(): Problem {
  return new Problem({
    status: 412,
    code: 'changed_meanwhile',
    message: {
      ru: 'Настройки уже изменил кто-то другой. Загрузите их заново и повторите.',
      en: 'Somebody else has changed this since. Load it again and repeat.',
    },
  });
}
