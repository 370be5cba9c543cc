import { type LoadHook } from 'node:module';
import { bugs, isBugId, type Bug } from '../planted/bugs.js';

/** Tells the module as it is from the one that takes its place. */
const REAL = '?real';

let bug: Bug | undefined;

/** @throws when there is no such bug: a writer without it would seem to pass */
export function initialize(id: string): void {
  if (!isBugId(id)) throw new Error(`there is no bug ${id} to plant`);
  bug = bugs[id];
}

/** In place of the module with the bug: all of its exports, those named replaced. */
export const load: LoadHook = (url, context, next) => {
  if (bug === undefined || !url.endsWith(`/${bug.module}`)) return next(url, context);
  const real = JSON.stringify(`${url}${REAL}`);
  const plant = JSON.stringify(new URL(`../planted/${bug.plant}`, import.meta.url).href);
  const source = [
    `export * from ${real};`,
    `import * as real from ${real};`,
    `import { plant } from ${plant};`,
    `const planted = plant(real);`,
    ...bug.replaces.map((name) => `export const ${name} = planted.${name};`),
  ].join('\n');
  return { format: 'module', shortCircuit: true, source };
};
