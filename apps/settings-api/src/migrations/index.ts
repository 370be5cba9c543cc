import { type MigrationClass } from '@perezvon/postgres';
import { Settings1764000000001 } from './settings.js';

/** All migrations of schema `settings`, oldest first. */
export const migrations: readonly MigrationClass[] = [Settings1764000000001];
