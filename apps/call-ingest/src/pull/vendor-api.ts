import { parseJson } from '@perezvon/service';

/** Why a report could not be had, for the log and for the operator: never with the address's query or the token. */
export class PullError extends Error {
  constructor(
    readonly code: 'origin_not_allowed' | 'unreachable' | 'refused' | 'unreadable',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'PullError';
  }
}

const TIMEOUT_MS = 30_000;
/** A day of a busy cabinet is some megabytes; more than this is not a page of a report. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * A vendor's API at its allowed origin. Redirects are refused: they would carry the token to wherever they lead.
 * @throws PullError
 */
export class VendorApi {
  constructor(
    private readonly origin: URL,
    readonly token: string,
    private readonly stopping: AbortSignal,
  ) {}

  /** The answer as JSON whose long integers are text. */
  async ask(path: string, init: Pick<RequestInit, 'method' | 'headers' | 'body'> = {}): Promise<unknown> {
    const text = await this.text(path, init);
    const value = parseJson(text);
    if (value === undefined) throw new PullError('unreadable', `${this.origin.host} did not answer JSON`);
    return value;
  }

  private async text(path: string, init: Pick<RequestInit, 'method' | 'headers' | 'body'>): Promise<string> {
    const signal = AbortSignal.any([this.stopping, AbortSignal.timeout(TIMEOUT_MS)]);
    let response: Response;
    try {
      response = await fetch(new URL(path, this.origin), { ...init, redirect: 'error', signal });
      if (response.ok) return await bounded(response);
    } catch (cause) {
      if (cause instanceof PullError) throw cause;
      throw new PullError('unreachable', `${this.origin.host} could not be reached`, { cause });
    }
    await response.body?.cancel();
    throw new PullError('refused', `${this.origin.host} answered ${response.status}`);
  }
}

async function bounded(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const body: AsyncIterable<Uint8Array> | readonly Uint8Array[] = response.body ?? [];
  for await (const part of body) {
    size += part.byteLength;
    if (size > MAX_ANSWER_BYTES) throw new PullError('unreadable', 'the answer is larger than any page of a report');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/**
 * The origin that a source's report may be asked at: https on the vendor's own domains, or exactly one of
 * `PBX_EXTRA_ORIGINS`. @throws PullError for anything else, wherever an operator points it
 */
export function allowedOrigin(url: string, vendorDomains: readonly string[], extraOrigins: readonly string[]): URL {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed !== null && extraOrigins.includes(parsed.origin)) return new URL(parsed.origin);
  const isVendors =
    parsed?.protocol === 'https:' &&
    parsed.port === '' &&
    vendorDomains.some((domain) => parsed.hostname === domain || parsed.hostname.endsWith(`.${domain}`));
  if (parsed === null || !isVendors) {
    throw new PullError('origin_not_allowed', 'the address of the report is not one of the vendor’s');
  }
  return new URL(parsed.origin);
}
