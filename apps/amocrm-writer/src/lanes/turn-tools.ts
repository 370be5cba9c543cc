import type { Clock } from '@perezvon/amocrm';
import type { EffectName } from '@perezvon/contracts';
import type { ClientStore } from '../clients/client-store.js';
import type { Ledger } from '../ledger/ledger.js';
import type { LedgerQueries } from '../ledger/ledger-queries.js';
import type { Follow } from '../mirror/follow.js';
import type { MirrorStore } from '../mirror/mirror-store.js';
import type { PortalStore } from '../portals/portal-store.js';
import type { HighWater } from '../writes/high-water.js';
import type { MarkerFields } from '../writes/marker-field.js';
import type { PostgresClock } from './postgres-clock.js';
import type { WriterLog } from './writer-log.js';

/** Named instants of a write, where a test can stop or kill the process; production does nothing at them. */
export type Point = 'before_intent' | 'intent_committed' | 'answered' | 'outcome_recorded';

/** The ledger, as a turn uses it. Two stand behind it, with one list of behaviours: Postgres, and a model in memory. */
export type TurnLedger = Pick<Ledger, 'commitIntents' | 'record' | 'remember' | 'takeOver'>;
export type TurnQueries = Pick<
  LedgerQueries,
  'ready' | 'dealsOf' | 'looksDue' | 'cardsOfCalls' | 'callsInUnsorted' | 'madeByOthers'
>;
export type TurnPortals = Pick<
  PortalStore,
  | 'ofLane'
  | 'takeLaneless'
  | 'joinLane'
  | 'saveDirectory'
  | 'saveTest'
  | 'saveLeave'
  | 'stop'
  | 'notReached'
  | 'noteBroken'
  | 'checkAgain'
  | 'limitCreations'
  | 'liftLimit'
  | 'forgetLifted'
  | 'rememberMerge'
>;

/**
 * What every turn of every lane works with: its ports. Everything that a turn learns from outside comes through these, its
 * requests and its clock, so the same code runs on Postgres and amoCRM, and in the exploration of the protocol on models of
 * both (docs/protocol.md).
 */
export interface TurnTools {
  readonly ledger: TurnLedger;
  readonly queries: TurnQueries;
  readonly portals: TurnPortals;
  readonly clients: Pick<ClientStore, 'due' | 'ownCardsOf' | 'askLater'>;
  readonly mirror: Pick<MirrorStore, 'cards' | 'leadsOf'>;
  readonly follow: Pick<Follow, 'upToDate' | 'isDue' | 'inBackground'>;
  readonly highWater: Pick<HighWater, 'before' | 'ofNotes' | 'raise'>;
  readonly markerFields: Pick<MarkerFields, 'ensure' | 'forget'>;
  /** Unix milliseconds by Postgres's clock. */
  readonly clock: Pick<PostgresClock, 'now'>;
  /** Never goes back, means nothing outside of this process. */
  readonly monotonic: Clock;
  readonly log: WriterLog;
  /** For metrics: how long after its cause an effect was confirmed. Must not throw. */
  readonly onWritten: (effect: EffectName, afterMs: number) => void;
  /** How long creations wait at the tariff's limit; undefined: an hour (R12). */
  readonly limitProbeMs?: number | undefined;
  readonly at: (point: Point) => void | Promise<void>;
}
