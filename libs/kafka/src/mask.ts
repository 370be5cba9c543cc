/** Digit runs that may be a phone number: seven digits or more, spelled with the usual separators. */
const phoneLike = /\+?\d(?:[\s().-]{0,2}\d){6,}/g;

/** Text of an error made fit for logs and reasons: it may quote what it could not read, phone numbers included. */
export function maskPhones(text: string): string {
  return text.replace(phoneLike, '•••');
}

/** A foreign error in the words that may be logged. */
export function describeError(error: unknown): string {
  return maskPhones(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
}
