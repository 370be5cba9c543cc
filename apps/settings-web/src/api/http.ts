import { currentLanguage } from '../i18n/languages';

/** What is wrong with one field of what was sent. */
export interface FieldProblem {
  readonly path: string;
  readonly code: string;
  readonly message: string;
  /** The field's name, where the message begins with it and a colon. */
  readonly field?: string;
}

/** What is wrong, without the field's name: at the field itself its label says that. */
export function atItsField({ message, field }: Pick<FieldProblem, 'message' | 'field'>): string {
  const name = `${field ?? ''}: `;
  return field !== undefined && message.startsWith(name) ? message.slice(name.length) : message;
}

/** The service's "no" in the reader's words (RFC 9457), or that it could not be reached: status 0, code `unreachable`. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly errors: readonly FieldProblem[] = [],
    /** The whole body, for members that only one code has, such as what waits. */
    readonly body: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'ApiProblem';
  }

  /** Of a list that was sent as a whole the problems of what was added to it, counted from there. */
  from(first: number): ApiProblem {
    const errors = this.errors.map((error) => ({
      ...error,
      path: error.path.replace(/^\d+/, (index) => String(Number(index) - first)),
    }));
    return new ApiProblem(this.status, this.code, this.message, errors, this.body);
  }
}

export interface Sending {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  /** ETag of what is replaced: the service refuses with 412 when somebody was faster. */
  readonly ifMatch?: string | null;
  readonly signal?: AbortSignal;
}

export interface Answer<Body> {
  readonly body: Body;
  readonly etag: string | null;
}

/** Given at login, sent with every change: a foreign page has the cookie's force but not this (CSRF). */
let csrfToken: string | null = null;
export const setCsrfToken = (token: string | null): void => {
  csrfToken = token;
};

/**
 * One request to the settings API of the same origin. The type parameter is the documented shape of the answer
 * (`/api/openapi.json`): page and service are built and deployed together.
 *
 * @throws ApiProblem
 */
export async function send<Body>(path: string, sending: Sending = {}): Promise<Answer<Body>> {
  const { method = 'GET', body, ifMatch, signal } = sending;
  const headers = new Headers({ 'Accept': 'application/json', 'Accept-Language': currentLanguage() });
  if (body !== undefined) headers.set('Content-Type', 'application/json');
  if (ifMatch) headers.set('If-Match', ifMatch);
  if (csrfToken !== null && method !== 'GET') headers.set('X-CSRF-Token', csrfToken);
  const answer = await fetch(`/api/v1${path}`, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal !== undefined && { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new ApiProblem(0, 'unreachable', 'unreachable');
  });
  const read = await readBody(answer);
  if (!answer.ok) throw problemOf(answer.status, read);
  return { body: read as Body, etag: answer.headers.get('ETag') };
}

export const get = async <Body>(path: string, signal?: AbortSignal): Promise<Body> =>
  (await send<Body>(path, signal ? { signal } : {})).body;

async function readBody(answer: Response): Promise<unknown> {
  const isJson = /[/+]json/.test(answer.headers.get('Content-Type') ?? '');
  if (answer.status === 204 || !isJson) return undefined;
  return (await answer.json()) as unknown;
}

function problemOf(status: number, body: unknown): ApiProblem {
  const fields = isRecord(body) ? body : {};
  const code = typeof fields['code'] === 'string' ? fields['code'] : `status_${String(status)}`;
  const said = [fields['detail'], fields['title']].find((each) => typeof each === 'string');
  const errors = Array.isArray(fields['errors']) ? fields['errors'].filter(isFieldProblem) : [];
  return new ApiProblem(status, code, typeof said === 'string' ? said : code, errors, fields);
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const isFieldProblem = (value: unknown): value is FieldProblem =>
  isRecord(value) && typeof value['path'] === 'string' && typeof value['message'] === 'string';
