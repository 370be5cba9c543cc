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

export interface WriterLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Named instants of a write, where a test can stop or kill the process; production does nothing at them. */
export type Point = 'before_intent' | 'intent_committed' | 'answered' | 'outcome_recorded';

/** What every turn of every lane works with. */
export interface TurnTools {
  readonly ledger: Ledger;
  readonly queries: LedgerQueries;
  readonly portals: PortalStore;
  readonly clients: ClientStore;
  readonly mirror: MirrorStore;
  readonly follow: Follow;
  readonly highWater: HighWater;
  readonly markerFields: MarkerFields;
  readonly clock: PostgresClock;
  readonly log: WriterLog;
  /** For metrics: how long after its cause an effect was confirmed. Must not throw. */
  readonly onWritten: (effect: EffectName, afterMs: number) => void;
  readonly at: (point: Point) => void | Promise<void>;
}
