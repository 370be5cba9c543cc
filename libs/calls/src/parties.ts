import type { CallClient, CallDirection } from '@perezvon/contracts';

/** A consultation inside a call with a client is `internal` by itself: it never makes the call internal. */
const directionRank: Record<CallDirection, number> = { unknown: 0, internal: 1, out: 2, in: 3 };

export function moreTelling(a: CallDirection, b: CallDirection): CallDirection {
  return directionRank[a] >= directionRank[b] ? a : b;
}

/** A client, and the direction of the event that told him; absent in older rows. */
export type ToldClient = CallClient & { readonly by?: CallDirection };

type Told = `${CallDirection}-${CallClient['kind']}`;

/**
 * Who is taken for the client, the best first. Of an incoming call it is who called in, also if his number was hidden: what
 * an event towards the outside tells is whom it was forwarded to, or our own number (R10; reference/pbx-events.md §4.6).
 */
const PREFERRED: readonly Told[] = [
  ...(['in-e164', 'unknown-e164', 'in-short', 'in-invalid', 'in-hidden'] as const),
  ...(['out-e164', 'internal-e164', 'out-short', 'internal-short', 'unknown-short'] as const),
  ...([
    'out-invalid',
    'internal-invalid',
    'unknown-invalid',
    'out-hidden',
    'internal-hidden',
    'unknown-hidden',
  ] as const),
];

export function betterClient(a: ToldClient, b: ToldClient): ToldClient {
  const [x, y] = [rankOf(a), rankOf(b)];
  if (x !== y) return x < y ? a : b;
  if (a.e164 === b.e164 && a.raw === b.raw) return a;
  return spelling(a) <= spelling(b) ? a : b;
}

const rankOf = ({ by, kind }: ToldClient): number => PREFERRED.indexOf(`${by ?? 'unknown'}-${kind}`);

export const clientIn = ({ raw, e164, kind }: ToldClient): CallClient => ({ raw, e164, kind });

/** A number that was told sorts before one that was not. */
const spelling = ({ e164, raw }: CallClient) => JSON.stringify([raw === null, e164, raw]);
