import { type MigrationClass } from '@perezvon/postgres';
import { AccountsAndHeldDeliveries1763942400000 } from './1763942400000-accounts-and-held-deliveries.js';
import { PullCursors1764118800000 } from './1764118800000-pull-cursors.js';
import { PullCursorsByTheVendorsClock1764291600000 } from './1764291600000-pull-cursors-by-the-vendors-clock.js';
import { RejectedAndLastEvents1764115200000 } from './1764115200000-rejected-and-last-events.js';

/** Append-only, oldest first. */
export const migrations: readonly MigrationClass[] = [
  AccountsAndHeldDeliveries1763942400000,
  RejectedAndLastEvents1764115200000,
  PullCursors1764118800000,
  PullCursorsByTheVendorsClock1764291600000,
];
