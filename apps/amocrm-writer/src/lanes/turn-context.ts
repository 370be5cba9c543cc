import type { PortalRow } from '../portals/portal.js';
import type { LaneFailures } from './lane-failures.js';
import type { LaneRequests } from './lane-requests.js';
import type { TurnTools } from './turn-tools.js';

/** What the units of work of one turn share. */
export interface Turn {
  readonly tools: TurnTools;
  readonly requests: LaneRequests;
  readonly failures: LaneFailures;
  /** amoCRM refused an id of our copy of the portal, or our field: both are read before the next write. */
  readonly readPortalAnew: (portal: PortalRow) => Promise<void>;
}
