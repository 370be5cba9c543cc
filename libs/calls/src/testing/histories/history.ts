import type { CallClient, CallDirection, CallEvent, ClientCard, ClientLookup, EffectName } from '@perezvon/contracts';
import { chooseCard } from '../../known-client.js';
import type { CardNow, Now, PortalNow } from '../../resolution.js';
import { CLIENT, DEFAULT_INCOMING, type settingsWith } from '../given.js';

/** One recorded call (or a few that belong together) with the settings under which it was decided. */
export interface History {
  /** File name in libs/calls/golden. */
  readonly name: string;
  readonly title: string;
  /** Number in reference/pbx-events.md §4.12. */
  readonly fixture?: number;
  readonly settings: Parameters<typeof settingsWith>[0];
  readonly client?: ClientLookup | null;
  /** The directory cannot tell: amoCRM is asked (R5). */
  readonly isAsked?: boolean;
  readonly switchedOffAt?: string;
  readonly events: readonly CallEvent[];
  /** Effects of the call at the moment of writing: what amoCRM holds by then, and what is written of them (R12). */
  readonly writing?: readonly Writing[];
  /** What the portal has become by the moment of writing; absent: nothing that the operator chose is gone. */
  readonly portal?: PortalNow;
  /** What the PBX asked while the client called (R13). */
  readonly questions?: readonly RouteAsked[];
}

export interface Writing extends Partial<Pick<Now, 'note' | 'isInUnsorted'>>, Pick<Now, 'at' | 'card'> {
  readonly effect: EffectName;
  /** Absent: the first. */
  readonly revision?: number;
}

export interface RouteAsked {
  readonly at: string;
  readonly call: string;
  /** Absent: somebody who takes what it needs from the answer. */
  readonly source?: CallEvent['source'];
  /** Absent: the PBX names none, so it is an incoming call. */
  readonly direction?: CallDirection;
  /** Absent: the client of every history. */
  readonly client?: CallClient;
  /** Every card that the directory has of the number; null = it cannot tell. */
  readonly cards: readonly ClientCard[] | null;
  /** Users that amoCRM shows as deactivated. */
  readonly deactivated?: readonly number[];
}

const card = (type: 'contact' | 'company', id: number, more: Partial<ClientLookup['candidates'][number]> = {}) => ({
  type,
  id,
  responsibleUserId: 502,
  updatedAt: 1_741_000_000,
  activeDealUpdatedAt: null,
  ...more,
});

/** As the directory tells it of these cards, whatever their order. */
function found(...candidates: ClientLookup['candidates']): ClientLookup {
  const chosen = chooseCard(candidates);
  return {
    known: true,
    origin: 'directory',
    asOf: '2025-03-04T09:00:00.000Z',
    candidates,
    chosen: chosen && { type: chosen.type, id: chosen.id },
  };
}

export const KNOWN = found(card('contact', 77));
export const KNOWN_COMPANY = found(card('company', 88));
/** The company counts only where no contact does; the newest contact has no active deal, and the oldest id is no reason. */
export const KNOWN_BY_SEVERAL = found(
  card('company', 60, { activeDealUpdatedAt: 1_741_090_000 }),
  card('contact', 70),
  card('contact', 75, { updatedAt: 1_741_080_000 }),
  card('contact', 77, { activeDealUpdatedAt: 1_741_050_000 }),
  card('contact', 78, { activeDealUpdatedAt: 1_741_040_000 }),
);

/** The contact that the call itself made, for the direction's default responsible. */
export const MADE_BY_CALL: CardNow = { type: 'contact', id: 90, responsibleUserId: DEFAULT_INCOMING, activeDeals: [] };

export const clientsOf = ({ client }: History): Readonly<Record<string, ClientLookup>> =>
  client ? { [CLIENT]: client } : {};
