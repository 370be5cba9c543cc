/** A text cut to what the contract holds. */
export function bounded(text: string | null, length: number): string | null {
  return text === null ? null : text.slice(0, length);
}

/** A recording's address as the contract takes it. */
export function isRecordUrl(url: string): boolean {
  return /^https?:\/\/[^\s]+$/i.test(url) && URL.canParse(url) && url.length <= 2000;
}

/** The body as it came, for the journal; secrets that it may carry in a field stay out of every topic. */
export function withoutSecrets(raw: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(raw).filter(([name]) => !/secret|token|password|api_?key|sign/i.test(name)));
}

/** Whole seconds of `12` or `12.4`; null = not a duration. */
export function wholeSeconds(text: string): number | null {
  return /^\d{1,9}(?:\.\d+)?$/.test(text) ? Math.round(Number(text)) : null;
}
