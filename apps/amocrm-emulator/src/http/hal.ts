import { NO_CONTENT, ok, problem, Refusal, type Answer } from './answer.js';
import { type Exchange } from './exchange.js';
import { queryText } from './query.js';

export interface Links {
  readonly self: { readonly href: string };
}

export function selfLink(x: Exchange, path: string): { _links: Links } {
  return { _links: { self: { href: `${x.origin}/api/v4/${path}` } } };
}

/** The link of the request itself, as collections carry it. */
export function requestLink(x: Exchange): { _links: Links } {
  return { _links: { self: { href: `${x.origin}${x.path}${x.search}` } } };
}

export const DEFAULT_PAGE_SIZE = 50;

/**
 * One page of a list (§2.3): `next` only when there is more, `first` and `prev` from page 2, 204 when the page is empty.
 * `totals` adds `_total_items` and `_page_count` to the few lists that have them.
 */
export function pageOf<T>(
  x: Exchange,
  key: string,
  rows: Iterable<T>,
  show: (row: T) => unknown,
  options: { maxLimit?: number; totals?: number } = {},
): Answer {
  const maxLimit = options.maxLimit ?? 250;
  const limit = positive(queryText(x.query, 'limit'), DEFAULT_PAGE_SIZE);
  const page = positive(queryText(x.query, 'page'), 1);
  if (limit > maxLimit) throw new Refusal(problem(422, `Limit ${maxLimit} per page`));

  const skip = (page - 1) * limit;
  const shown: unknown[] = [];
  let index = 0;
  let hasNext = false;
  for (const row of rows) {
    if (index >= skip + limit) {
      hasNext = true;
      break;
    }
    if (index >= skip) shown.push(show(row));
    index++;
  }
  if (shown.length === 0) return NO_CONTENT;

  const href = (toPage: number) => {
    const search = new URLSearchParams(x.search);
    search.set('page', String(toPage));
    search.set('limit', String(limit));
    return { href: `${x.origin}${x.path}?${search.toString()}` };
  };
  return ok({
    ...(options.totals === undefined
      ? {}
      : { _total_items: options.totals, _page_count: Math.ceil(options.totals / limit) }),
    _page: page,
    _links: {
      self: href(page),
      ...(hasNext ? { next: href(page + 1) } : {}),
      ...(page > 1 ? { first: href(1), prev: href(page - 1) } : {}),
    },
    _embedded: { [key]: shown },
  });
}

function positive(text: string | undefined, otherwise: number): number {
  const number = Number(text);
  return text !== undefined && Number.isInteger(number) && number > 0 ? number : otherwise;
}
