import { parsePhone, samePhone } from '@perezvon/phone';

/** The numbers that an outside one is none of, as the PBX spells them. */
export interface OwnNumbers {
  readonly virtual: string | null;
  readonly client: string | null;
}

/**
 * Is `called` the outside number that an incoming call was forwarded to (rules.md R4)? An extension is not, nor our own
 * number in any spelling, which voice mail answers; where the virtual number is not told, it may be that one.
 */
export function isOutsideNumber(called: string, { virtual, client }: OwnNumbers): boolean {
  if (virtual === null || parsePhone(called).e164 === null) return false;
  return !samePhone(called, virtual) && (client === null || !samePhone(called, client));
}
