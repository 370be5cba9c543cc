import type { OwnCard } from '../clients/client-store.js';
import type { Entities } from '../ledger/effect-row.js';

/** What a write of ours made, from its answer or from a look. */
export interface Made {
  readonly entities: Entities;
  /** The id that tells it from others of its kind with the same marker; null where the marker is enough. */
  readonly amocrmId: number | null;
  /** Cards that now hold the client's phone, or new deals: read by id from now on. */
  readonly ownCards: readonly OwnCard[];
  /** amoCRM's duplicate control put it into what was there before (R17). */
  readonly wasMerged?: boolean;
}

/** A look that found something. `several`: more than one carries the marker, this is the first made. */
export interface FoundByLook {
  readonly made: Made;
  readonly several: boolean;
}
