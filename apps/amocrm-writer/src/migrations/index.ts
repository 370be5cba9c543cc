import type { MigrationClass } from '@perezvon/postgres';
import { Writer1764000000000 } from './1764000000000-writer.js';
import { Batches1764100000000 } from './1764100000000-batches.js';
import { Operators1764110000000 } from './1764110000000-operators.js';
import { Mirror1764120000000 } from './1764120000000-mirror.js';
import { TariffLimit1764130000000 } from './1764130000000-tariff-limit.js';
import { ConnectionTest1764140000000 } from './1764140000000-connection-test.js';
import { DuplicateControl1764160000000 } from './1764160000000-duplicate-control.js';
import { PortalTrouble1764170000000 } from './1764170000000-portal-trouble.js';
import { BackgroundRead1764180000000 } from './1764180000000-background-read.js';
import { RefusedOutbox1764190000000 } from './1764190000000-refused-outbox.js';
import { Webhooks1764200000000 } from './1764200000000-webhooks.js';
import { PortalLeaving1764210000000 } from './1764210000000-portal-leaving.js';
import { RetriedEffects1764220000000 } from './1764220000000-retried-effects.js';
import { UnreachedPortals1764230000000 } from './1764230000000-unreached-portals.js';
import { UrgentQuestions1764240000000 } from './1764240000000-urgent-questions.js';
import { UnsettledEffects1764250000000 } from './1764250000000-unsettled-effects.js';

/** All migrations of the schema `amocrm_writer`, oldest first; only ever appended. */
export const migrations: readonly MigrationClass[] = [
  Writer1764000000000,
  Batches1764100000000,
  Operators1764110000000,
  Mirror1764120000000,
  TariffLimit1764130000000,
  ConnectionTest1764140000000,
  DuplicateControl1764160000000,
  PortalTrouble1764170000000,
  BackgroundRead1764180000000,
  RefusedOutbox1764190000000,
  Webhooks1764200000000,
  PortalLeaving1764210000000,
  RetriedEffects1764220000000,
  UnreachedPortals1764230000000,
  UrgentQuestions1764240000000,
  UnsettledEffects1764250000000,
];
