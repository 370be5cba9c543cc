import type { CallClient } from '@perezvon/contracts';

/**
 * R8: the entry that the client's number is on the list by; null = it is not. Entries are canonical: E.164, a short
 * number, or a mask ending in `*`. Short numbers match exactly; a mask matches E.164 numbers that begin with it.
 */
export function filterHit(client: CallClient, filteredNumbers: readonly string[]): string | null {
  const { e164 } = client;
  if (e164 === null) return (client.kind === 'short' && filteredNumbers.find((entry) => entry === client.raw)) || null;
  return (
    filteredNumbers.find((entry) => entry === e164 || (entry.endsWith('*') && e164.startsWith(prefix(entry)))) ?? null
  );
}

/** `7495*` and `+7495*` both mean numbers that begin with `+7495`. */
const prefix = (mask: string) => `+${mask.slice(0, -1).replace('+', '')}`;
