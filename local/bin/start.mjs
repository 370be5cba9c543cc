#!/usr/bin/env node
/**
 * npm start on a fresh clone: needs nothing but Node. Puts what is missing in place, compiles, and hands over to local/dist.
 */
import { readdirSync } from 'node:fs';
import { ensurePage } from './page.mjs';
import { checkNode, ensureJava, ensurePackages } from './prerequisites.mjs';
import { ToldError, quietly, root, say, step } from './terminal.mjs';

const startedAt = performance.now();
try {
  checkNode();
  if (!process.env.KAFKA_BROKERS) await ensureJava();
  await ensurePackages();
  await step('compiling', compile);
  await ensurePage();
  const { main } = await import('../dist/start/main.js');
  process.exit(await main(process.argv.slice(2), startedAt));
} catch (error) {
  say(error instanceof ToldError || process.env.DEBUG === undefined ? error.message : error.stack);
  process.exit(1);
}

/** What runs, without specs: incremental, a second when nothing changed. */
async function compile() {
  const apps = readdirSync(`${root}/apps`, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `apps/${entry.name}/tsconfig.build.json`);
  await quietly(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'local/tsconfig.build.json', ...apps]);
}
