import { z } from 'zod';
import { type Code } from './error-table.js';
import { masked } from './mask.js';
import { retryAfterMs } from './retry-after.js';
import { type FieldError } from './result.js';

/** A complete answer as it came over the wire, decompressed. */
export interface Answer {
  status: number;
  body: string;
  requestId: string | undefined;
  retryAfter: string | undefined;
}

/** What an answer that is not a success says. */
export interface Refusal {
  code: Code;
  detail?: string;
  afterMs?: number;
  validationErrors: ValidationErrors;
}

/** `request_id` → what is wrong with that item. */
export type ValidationErrors = { requestId: string; errors: FieldError[] }[];

/** problem+json (§1.7, §2.4, §2.5), every field optional: which ones come differs by status and age of the route. */
const problemSchema = z.object({
  title: z.string().nullish(),
  detail: z.union([z.string(), z.number()]).nullish(),
  code: z.union([z.string(), z.number()]).nullish(),
  error_code: z.union([z.string(), z.number()]).nullish(),
  response: z.object({ error_code: z.union([z.string(), z.number()]).nullish() }).nullish(),
  retry_after: z.number().nonnegative().nullish(),
});

const validationErrorsSchema = z.object({
  'validation-errors': z.array(
    z.object({
      request_id: z.union([z.string(), z.number()]).transform(String),
      errors: z.array(
        z.object({
          code: z.union([z.string(), z.number()]).transform(String),
          path: z.string().nullish(),
          detail: z.string().nullish(),
        }),
      ),
    }),
  ),
});

/** Parses JSON without throwing: HTML where JSON was due is a case of its own (§11). */
export function parseJson(body: string): { json: true; value: unknown } | { json: false } {
  try {
    const value: unknown = JSON.parse(body);
    return { json: true, value };
  } catch {
    return { json: false };
  }
}

/** The `validation-errors` of a body; none if it has none. They also stand beside successes (§12.1). */
export function validationErrorsOf(value: unknown): ValidationErrors {
  const parsed = validationErrorsSchema.safeParse(value);
  if (!parsed.success) return [];
  return parsed.data['validation-errors'].map(({ request_id, errors }) => ({
    requestId: request_id,
    errors: errors.map(({ code, path, detail }) => ({
      code: masked(code),
      path: masked(path ?? ''),
      ...(detail ? { detail: masked(detail) } : {}),
    })),
  }));
}

/** Names what a status other than a success means. `now` is for a `Retry-After` that is a date. */
export function refusalOf(answer: Answer, now: () => number = Date.now): Refusal {
  const parsed = parseJson(answer.body);
  const problem = parsed.json ? problemSchema.safeParse(parsed.value) : undefined;
  const fields = problem?.success ? problem.data : undefined;
  const validationErrors = parsed.json ? validationErrorsOf(parsed.value) : [];
  const legacyCodes = [fields?.code, fields?.error_code, fields?.response?.error_code, fields?.detail].map(String);
  const words = [fields?.title, fields?.detail].filter((word) => word != null && word !== '').join(': ');
  const afterMs =
    retryAfterMs(answer.retryAfter, now) ?? (fields?.retry_after == null ? undefined : fields.retry_after * 1000);

  return {
    code: codeOf(answer.status, { isApi: fields !== undefined, legacyCodes, named: validationErrors.length > 0 }),
    validationErrors,
    ...(words === '' ? {} : { detail: masked(words) }),
    ...(afterMs === undefined ? {} : { afterMs }),
  };
}

/** `isApi`: the body is the API's own problem object, not a page of the gateway in front of it. */
function codeOf(status: number, body: { isApi: boolean; legacyCodes: string[]; named: boolean }): Code {
  switch (status) {
    case 301:
    case 302:
    case 307:
    case 308:
      return 'redirected';
    case 400:
      return body.named ? 'validation_failed' : 'bad_request';
    case 401:
      return body.legacyCodes.includes('101') ? 'account_not_found' : 'unauthorised';
    case 402:
      return 'unpaid';
    case 403:
      if (body.legacyCodes.includes('113')) return 'ip_not_allowed';
      return body.isApi ? 'forbidden' : 'blocked';
    case 404:
      return body.isApi ? 'not_found' : 'account_not_found';
    case 405:
      return 'method_not_allowed';
    case 408:
      return 'request_timeout';
    case 422:
      return body.named ? 'validation_failed' : 'unprocessable';
    case 429:
      return 'rate_limited';
    case 502:
      return 'bad_gateway';
    case 503:
      return 'unavailable';
    case 504:
      return 'gateway_timeout';
    default:
      if (status >= 500 && status <= 599) return 'server_error';
      if (status >= 400 && status <= 499) return 'request_refused';
      return 'unexpected_status';
  }
}
