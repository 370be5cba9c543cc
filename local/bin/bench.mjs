#!/usr/bin/env node
/** npm run bench: puts what is missing in place, compiles, measures, and writes docs/measurements/bench.{json,md}. */
import { checkNode, ensureJava, ensurePackages } from './prerequisites.mjs';
import { ToldError, quietly, say, step, visibly } from './terminal.mjs';

try {
  checkNode();
  await ensureJava();
  await ensurePackages();
  await step('compiling', () => quietly(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'tests/bench']));
  process.exitCode = await visibly(process.execPath, ['tests/bench/dist/main.js', ...process.argv.slice(2)]);
} catch (error) {
  say(error instanceof ToldError ? error.message : error.stack);
  process.exitCode = 1;
}
