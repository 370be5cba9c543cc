import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root: this file is local/src/paths.ts or local/dist/paths.js. */
export const repositoryRoot = fileURLToPath(new URL('../../', import.meta.url));

/** Everything that a run leaves on this machine (data, logs, keys, jars); git-ignored. */
export const localDir = join(repositoryRoot, '.local');
