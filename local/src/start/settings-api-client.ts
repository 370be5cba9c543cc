/** An answer of the settings API other than 2xx, with what it says is wrong. */
export class SettingsApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = 'SettingsApiError';
  }
}

/** What npm start asks of the REST settings API, as any other client would: with a key, over HTTP. */
export class SettingsApiClient {
  constructor(
    private readonly url: string,
    private readonly apiKey: string,
  ) {}

  /** @throws SettingsApiError for any answer but 2xx */
  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        'authorization': `Bearer ${this.apiKey}`,
        'accept-language': 'en',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new SettingsApiError(response.status, `${method} ${path}: ${String(response.status)} ${text}`);
    }
    const parsed: unknown = text === '' ? undefined : JSON.parse(text);
    return new Answer(`${method} ${path}`, parsed, response.headers.get('etag') ?? undefined);
  }

  /** The answer's body, or undefined for 404. */
  async find(path: string): Promise<Answer | undefined> {
    try {
      return await this.call('GET', path);
    } catch (error) {
      if (error instanceof SettingsApiError && error.status === 404) return undefined;
      throw error;
    }
  }
}

/** An answer's body, read field by field: what is missing is named, not undefined. */
export class Answer {
  constructor(
    private readonly request: string,
    readonly body: unknown,
    readonly etag: string | undefined,
  ) {}

  /** The members of a body that is a list. */
  list(): Answer[] {
    if (!Array.isArray(this.body)) throw new Error(`${this.request}: the answer is not a list`);
    return this.body.map((member: unknown) => new Answer(this.request, member, this.etag));
  }

  /** @throws Error when the body has no such text field */
  text(field: string): string {
    const value: unknown =
      typeof this.body === 'object' && this.body !== null ? Reflect.get(this.body, field) : undefined;
    if (typeof value !== 'string' || value === '') throw new Error(`${this.request}: the answer has no "${field}"`);
    return value;
  }
}
