/** What a handler gives back; `body` undefined sends none. A string body is sent as it is, anything else as JSON. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One entry of a validation body (§2.5). */
export interface FieldError {
  readonly code: string;
  readonly path: string;
  readonly detail: string;
}

export interface ItemErrors {
  readonly request_id: string;
  readonly errors: readonly FieldError[];
}

/** Thrown by a handler to answer with an error; everything it wrote before stays written. */
export class Refusal extends Error {
  constructor(readonly answer: Answer) {
    super(`answered with ${answer.status}`);
  }
}

export const NO_CONTENT: Answer = { status: 204 };

const TITLES: Record<number, string> = {
  301: 'Moved Permanently',
  302: 'Found',
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  422: 'Unprocessable Entity',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

export function ok(body: unknown): Answer {
  return { status: 200, body };
}

/** An error as `application/problem+json` (§1.7, §2.4). */
export function problem(
  status: number,
  detail: string,
  more: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Answer {
  return {
    status,
    contentType: 'application/problem+json',
    headers,
    body: { ...more, title: TITLES[status] ?? 'Error', type: `https://httpstatus.es/${status}`, status, detail },
  };
}

/** The refusal of a request with one object, whose only item is `0`. */
export function refuseInvalid(errors: readonly FieldError[]): void {
  if (errors.length > 0) throw new Refusal(validationProblem([{ request_id: '0', errors }]));
}

export function validationProblem(items: readonly ItemErrors[]): Answer {
  return problem(400, 'Request validation failed', { 'validation-errors': items });
}

/** A gateway's or firewall's page: callers must not take every body for JSON (§11). */
export function htmlPage(status: number, server = 'nginx'): Answer {
  const title = `${status} ${TITLES[status] ?? 'Error'}`;
  return {
    status,
    contentType: 'text/html',
    body:
      `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n` +
      `<hr><center>${server}</center>\r\n</body>\r\n</html>\r\n`,
  };
}
