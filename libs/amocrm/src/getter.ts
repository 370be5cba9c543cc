import { z } from 'zod';
import { type ApiAnswer, type CallOptions, type Query, type Requester } from './requester.js';
import { exchangeOf, type Exchange, type ReadResult } from './result.js';
import { settleRead, whereItChanged, type FailureOf } from './settle.js';

/** The largest page that every list takes (§2.2). */
export const maxPageSize = 250;

/** One page of a list, newest first. */
export interface Page<T> {
  items: T[];
  /** No page follows. */
  last: boolean;
}

/** Pages, one request each, until one is the last or fails: the failure is the last thing yielded. */
export type Pages<T> = AsyncGenerator<ReadResult<Page<T>>, void, undefined>;

export interface PagingOptions extends CallOptions {
  /** 1 to 250; default 50. A look for something just written needs few, a first read many. */
  pageSize?: number;
  /** Where to go on after a read that was cut short; default 1. */
  firstPage?: number;
}

/** GET in its three shapes: one thing, a whole list, a list page by page. */
export class Getter {
  constructor(private readonly requester: Requester) {}

  async one<T>(
    route: string,
    path: string,
    query: Query,
    schema: z.ZodType<T>,
    options: CallOptions | undefined,
  ): Promise<ReadResult<T>> {
    const found = await this.oneOrNone(route, path, query, schema, options);
    if (found.kind !== 'done') return found;
    if (found.value === null) return settleRead({ code: 'unexpected_empty', ...exchangeOf(found) });
    return { ...found, value: found.value };
  }

  byId<T>(
    path: string,
    id: number | string,
    query: Query,
    schema: z.ZodType<T>,
    options: CallOptions | undefined,
  ): Promise<ReadResult<T | null>> {
    return this.oneOrNone(`${path}/{id}`, `${path}/${id}`, query, schema, options);
  }

  /** As {@link byId}, where amoCRM says "there is none" with a 404: users and claims (§2.4, §12.1). */
  async byIdOr404<T>(
    path: string,
    id: number | string,
    query: Query,
    schema: z.ZodType<T>,
    options: CallOptions | undefined,
  ): Promise<ReadResult<T | null>> {
    const found = await this.byId(path, id, query, schema, options);
    if (found.kind !== 'rejected' || found.reason !== 'not_found') return found;
    return { kind: 'done', value: null, ...exchangeOf(found) };
  }

  async oneOrNone<T>(
    route: string,
    path: string,
    query: Query,
    schema: z.ZodType<T>,
    options: CallOptions | undefined,
  ): Promise<ReadResult<T | null>> {
    const answer = await this.requester.request({ method: 'GET', route, path, query }, options);
    if (!answer.ok) return settleRead(answer.failure);
    if (answer.empty) return { kind: 'done', value: null, ...exchangeOf(answer) };
    const parsed = schema.safeParse(answer.value);
    if (!parsed.success) return settleRead(changed(parsed.error, answer));
    return { kind: 'done', value: parsed.data, ...exchangeOf(answer) };
  }

  /** Every item of a list, in as many requests as it has pages; `too_many_results` beyond `maxPages`. */
  async all<T extends { id: number }>(
    path: string,
    name: string,
    schema: z.ZodType<T>,
    query: Query,
    options: CallOptions | undefined,
    maxPages = 200,
  ): Promise<ReadResult<T[]>> {
    const items: T[] = [];
    let read = 0;
    let exchange: Exchange = {};
    const pages = this.pages(path, path, name, schema, query, { ...options, pageSize: maxPageSize }, (one) => one.id);
    for await (const page of pages) {
      if (page.kind !== 'done') return page;
      items.push(...page.value.items);
      exchange = exchangeOf(page);
      read += 1;
      if (!page.value.last && read === maxPages) return settleRead({ code: 'too_many_results', ...exchange });
    }
    return { kind: 'done', value: items, ...exchange };
  }

  /**
   * Follows `next`, stops when it is absent or leads to a 204 (§2.3). Lists are live: an entity that arrives while we
   * read pushes others to the next page, so what was seen is not given twice. One that is deleted pulls others up, past
   * us; nothing in the API tells (no cursor, no total), so who must not miss anything reads again with an overlap.
   */
  async *pages<T>(
    route: string,
    path: string,
    name: string,
    schema: z.ZodType<T>,
    query: Query,
    { pageSize = 50, firstPage = 1, signal, maySend }: PagingOptions,
    identity: (item: T) => number | string,
  ): Pages<T> {
    const options = { ...(signal ? { signal } : {}), ...(maySend ? { maySend } : {}) };
    const seen = new Set<number | string>();
    for (let number = firstPage; ; number += 1) {
      const page = await this.page(route, path, name, schema, { ...query, limit: pageSize, page: number }, options);
      if (page.kind !== 'done') {
        yield page;
        return;
      }
      const items = page.value.items.filter((item) => !seen.has(identity(item)));
      for (const item of items) seen.add(identity(item));
      yield { ...page, value: { items, last: page.value.last } };
      if (page.value.last) return;
    }
  }

  async page<T>(
    route: string,
    path: string,
    name: string,
    schema: z.ZodType<T>,
    query: Query,
    options: CallOptions | undefined,
  ): Promise<ReadResult<Page<T>>> {
    const answer = await this.requester.request({ method: 'GET', route, path, query }, options);
    if (!answer.ok) return settleRead(answer.failure);
    const page = readPage(answer, name, schema);
    if (!page.ok) return settleRead(page.failure);
    return { kind: 'done', value: { items: page.items, last: page.last }, ...exchangeOf(answer) };
  }
}

const linksSchema = z.object({
  _links: z.object({ next: z.object({ href: z.string() }).nullish() }).nullish(),
});

/** A page by its own number: the `next` link says that there is one, its address is not followed to another host. */
export function readPage<T>(
  answer: Extract<ApiAnswer, { ok: true }>,
  name: string,
  schema: z.ZodType<T>,
): { ok: true; items: T[]; last: boolean } | { ok: false; failure: FailureOf } {
  if (answer.empty) return { ok: true, items: [], last: true };
  const list = z.object({ _embedded: z.object({ [name]: z.array(schema) }) }).safeParse(answer.value);
  if (!list.success) return { ok: false, failure: changed(list.error, answer) };
  const links = linksSchema.safeParse(answer.value);
  const next = links.success ? links.data._links?.next : undefined;
  return { ok: true, items: list.data._embedded[name] ?? [], last: !next };
}

function changed(error: z.ZodError, answer: Exchange): FailureOf {
  return { code: 'answer_changed', detail: whereItChanged(error), ...exchangeOf(answer) };
}
