import { migrations } from './migrations/index.js';
import { writerSchema } from './migrations/schema.js';

/** How every writer opens its database. */
export const writerDatabase = { schema: writerSchema, migrations, readsByIndex: true } as const;
