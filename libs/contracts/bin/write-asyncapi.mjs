/** Writes docs/asyncapi.yaml from the contracts: `npm run asyncapi`. A spec fails while the file is out of date. */
import { writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { asyncApiDocument } from '@perezvon/contracts';

writeFileSync(
  new URL('../../../docs/asyncapi.yaml', import.meta.url),
  stringify(asyncApiDocument(), { aliasDuplicateObjects: false }),
);
