import type { CallClient, CallDirection } from '@perezvon/contracts';

/** A consultation inside a call with a client is `internal` by itself: it never makes the call internal. */
const directionRank: Record<CallDirection, number> = { unknown: 0, internal: 1, out: 2, in: 3 };

export function moreTelling(a: CallDirection, b: CallDirection): CallDirection {
  return directionRank[a] >= directionRank[b] ? a : b;
}

/** A client, and the direction of the event that told him; absent in older rows. */
export type ToldClient = CallClient & { readonly by?: CallDirection };

const clientRank: Record<CallClient['kind'], number> = { hidden: 0, invalid: 1, short: 2, e164: 3 };

/**
 * E.164 over short over unusable over hidden. Of two numbers the one that the call itself told: a leg towards the outside,
 * such as a forwarded call's, has a client of its own.
 */
export function betterClient(a: ToldClient, b: ToldClient): ToldClient {
  if (clientRank[a.kind] !== clientRank[b.kind]) return clientRank[a.kind] > clientRank[b.kind] ? a : b;
  const [x, y] = [directionRank[a.by ?? 'unknown'], directionRank[b.by ?? 'unknown']];
  if (x !== y) return x > y ? a : b;
  if (a.e164 === b.e164 && a.raw === b.raw) return a;
  return spelling(a) <= spelling(b) ? a : b;
}

export const clientIn = ({ raw, e164, kind }: ToldClient): CallClient => ({ raw, e164, kind });

/** A number that was told sorts before one that was not. */
const spelling = ({ e164, raw }: CallClient) => JSON.stringify([raw === null, e164, raw]);
