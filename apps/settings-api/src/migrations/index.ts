import { type MigrationClass } from '@perezvon/postgres';
import { CallsWithoutEnd1764190000000 } from './calls-without-end.js';
import { Audit1764100000003 } from './audit.js';
import { ConsentsAwaited1764100000004 } from './consents-awaited.js';
import { JournalRetention1764190000001 } from './journal-retention.js';
import { Journal1764100000002 } from './journal.js';
import { JournalMade1764180000001 } from './journal-made.js';
import { KnownPlaces1764200000000 } from './known-places.js';
import { PeopleWhoLogIn1764100000001 } from './people-who-log-in.js';
import { PullAndFieldMap1764100000005 } from './pull-and-field-map.js';
import { RefusedOutbox1764180000000 } from './refused-outbox.js';
import { Settings1764000000001 } from './settings.js';

/** All migrations of schema `settings`, oldest first. */
export const migrations: readonly MigrationClass[] = [
  Settings1764000000001,
  PeopleWhoLogIn1764100000001,
  Journal1764100000002,
  Audit1764100000003,
  ConsentsAwaited1764100000004,
  PullAndFieldMap1764100000005,
  RefusedOutbox1764180000000,
  JournalMade1764180000001,
  CallsWithoutEnd1764190000000,
  JournalRetention1764190000001,
  KnownPlaces1764200000000,
];
