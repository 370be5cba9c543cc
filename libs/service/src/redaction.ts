/**
 * What may not leave the process in logs and traces (design.md, property 7): secrets and whole phone numbers. Kept here
 * once; logs and spans both go through it.
 */

const secretKey = /token|secret|passw|authorization|cookie|api[-_]?key|credential|signature|private[-_]?key/i;
/** Fields whose text is a phone number, also without the `+` that free text is searched for. */
const phoneKey = /phone|msisdn|e164|caller|callee|^num[ab]$|^(client|virtual)(number|_number)?$|^(from|to)$/i;
/** Ids are kept whole: they are how an operator finds the call, and a long one looks like a phone number. */
const idKey = /(^|[a-z_])ids?$|Ids?$/;

const redacted = '[redacted]';
const deepest = 6;

/** `+79161234567` → `+7916***4567`; anything shorter than 7 digits is an extension and says nothing about a person. */
export function maskPhone(phone: string): string {
  const digits = phone.replaceAll(/\D/g, '');
  if (digits.length < 7) return phone;
  return `${phone.trimStart().startsWith('+') ? '+' : ''}${digits.slice(0, Math.min(4, digits.length - 6))}***${digits.slice(-4)}`;
}

/** A Russian number as people write it: `8 (916) 123-45-67`. */
const spelledPhone = /(?<![\w-])(?:\+?7|8)[\s(.-]{1,2}\d{3}[\s).-]{1,2}\d{3}[\s.-]\d{2}[\s.-]?\d{2}(?![\w-])/g;

/** Free text with phone numbers masked, and without passwords in addresses or bearer tokens. */
export function maskText(text: string): string {
  return text
    .replaceAll(/(:\/\/)[^/\s@]+@/g, `$1${redacted}@`)
    .replaceAll(/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, `$1 ${redacted}`)
    .replaceAll(/(?:\+|%2B)\d{8,15}(?!\d)/gi, maskPhone)
    .replaceAll(/(?<![\w-])[78]\d{10}(?![\w-])/g, maskPhone)
    .replaceAll(spelledPhone, maskPhone);
}

/** A copy that may be logged: secrets replaced, phones masked, errors reduced to what names them. */
export function redact(value: unknown, key = '', depth = 0): unknown {
  if (value === null || value === undefined) return value;
  if (secretKey.test(key)) return redacted;
  if (typeof value === 'string') return redactString(value, key);
  if (typeof value === 'number' || typeof value === 'bigint') {
    return phoneKey.test(key) ? maskPhone(String(value)) : value;
  }
  if (typeof value !== 'object') return typeof value === 'boolean' ? value : undefined;
  if (value instanceof Error) return describeError(value, depth);
  if (value instanceof Date) return value;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth >= deepest) return '[too deep]';
  if (Array.isArray(value)) return value.map((item) => redact(item, key, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, redact(field, name, depth + 1)]));
}

function redactString(text: string, key: string): string {
  if (phoneKey.test(key)) return maskPhone(maskText(text));
  return idKey.test(key) ? text : maskText(text);
}

/**
 * Only what names an error. Its other fields are left out on purpose: TypeORM's carry the statement's parameters,
 * Postgres's `detail` carries the row, an HTTP client's carry the request with its token.
 */
function describeError(error: Error, depth: number): Record<string, unknown> {
  const code =
    'code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? error.code : undefined;
  return {
    type: error.name,
    message: maskText(error.message),
    ...(code !== undefined && { code }),
    stack: maskText(error.stack ?? ''),
    ...(error.cause !== undefined && depth < deepest && { cause: redact(error.cause, '', depth + 1) }),
  };
}
