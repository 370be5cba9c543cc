import type { CallClient } from '@perezvon/contracts';

/**
 * R8: is the client's number on the list? Entries are canonical: E.164, a short number, or a mask ending in `*`.
 * Short numbers match exactly; a mask matches E.164 numbers that begin with it.
 */
export function isFiltered(client: CallClient, filteredNumbers: readonly string[]): boolean {
  const number = client.e164 ?? (client.kind === 'short' ? client.raw : null);
  if (number === null) return false;
  return filteredNumbers.some((entry) =>
    entry.endsWith('*') ? digits(number).startsWith(digits(entry)) && client.e164 !== null : entry === number,
  );
}

const digits = (text: string) => text.replace(/\D/g, '');
