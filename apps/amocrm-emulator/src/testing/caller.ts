/** What the specs call the emulator with: plain fetch, the test's own types for what it reads. */
export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; fails the test when it is none. */
  json<T>(): T;
}

export const TOKEN = 'spec-token';

export class Caller {
  constructor(
    readonly url: string,
    private readonly token = TOKEN,
  ) {}

  get = (path: string): Promise<Reply> => this.call('GET', path);
  post = (path: string, body?: unknown): Promise<Reply> => this.call('POST', path, body);
  patch = (path: string, body?: unknown): Promise<Reply> => this.call('PATCH', path, body);
  delete = (path: string, body?: unknown): Promise<Reply> => this.call('DELETE', path, body);

  as(token: string): Caller {
    return new Caller(this.url, token);
  }

  async call(method: string, path: string, body?: unknown): Promise<Reply> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { 'Authorization': `Bearer ${this.token}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      type: (response.headers.get('content-type') ?? '').split(';')[0] ?? '',
      headers: response.headers,
      text,
      json: <T>() => JSON.parse(text) as T,
    };
  }

  /** Creates one card, note or task and gives its id. */
  async create(path: string, item: unknown): Promise<number> {
    const reply = await this.post(path, [item]);
    if (reply.status !== 200) throw new Error(`POST ${path} answered ${reply.status}: ${reply.text}`);
    const lists = Object.values(reply.json<{ _embedded: Record<string, { id: number }[]> }>()._embedded);
    const id = lists[0]?.[0]?.id;
    if (id === undefined) throw new Error(`POST ${path} gave no id: ${reply.text}`);
    return id;
  }
}

export interface Page<T> {
  readonly _page: number;
  readonly _total_items?: number;
  readonly _links: Record<string, { href: string }>;
  readonly _embedded: Record<string, T[]>;
}

export interface ValidationBody {
  readonly 'validation-errors': {
    readonly request_id: string;
    readonly errors: { readonly code: string; readonly path: string; readonly detail: string }[];
  }[];
  readonly 'title': string;
  readonly 'status': number;
  readonly 'detail': string;
}

/** `code path` of every error, for short expectations. */
export function errorsOf(reply: Reply): string[] {
  return reply
    .json<ValidationBody>()
    ['validation-errors'].flatMap((item) =>
      item.errors.map((error) => `${item.request_id}: ${error.code} ${error.path}`),
    );
}
