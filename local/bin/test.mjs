#!/usr/bin/env node
/**
 * npm test on a fresh clone: puts what is missing in place, then types, format, lint and the tests of all projects against
 * one real Kafka and one real PostgreSQL. Every check is made, also after one has failed. The last line says how many
 * checks and tests passed and failed.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { ensurePage } from './page.mjs';
import { checkNode, ensureChromium, ensureJava, ensurePackages } from './prerequisites.mjs';
import { ToldError, root, say, visibly } from './terminal.mjs';

const node = process.execPath;
const startedAt = performance.now();
const outcomes = [];

try {
  checkNode();
  const { TEST_KAFKA_BROKERS } = process.env;
  if (!TEST_KAFKA_BROKERS) await ensureJava();
  await ensurePackages();
  if (anySpecUsesABrowser()) process.env.CHROMIUM_PATH = await ensureChromium();

  await check('types', node, ['node_modules/typescript/bin/tsc', '-b']);
  // The services serve it, also to the specs.
  await ensurePage();
  await check('format', node, ['node_modules/prettier/bin/prettier.cjs', '--check', '.']);
  await check('lint', node, nx('lint', 2));
  process.exitCode = summarise(await testAll());
} catch (error) {
  say(error instanceof ToldError ? error.message : error.stack);
  process.exitCode = 1;
}

async function check(what, command, args, env = {}) {
  say(`\n=== ${what}`);
  const since = performance.now();
  const code = await visibly(command, args, { env: { ...process.env, CI: 'true', ...env } });
  outcomes.push({ what, hasPassed: code === 0, seconds: (performance.now() - since) / 1000 });
}

/** @param parallel tests run one project at a time: their servers and limits need the machine's time to themselves */
function nx(target, parallel, ...more) {
  return [
    'node_modules/nx/dist/bin/nx.js',
    'run-many',
    '-t',
    target,
    `--parallel=${parallel}`,
    '--outputStyle=static',
    ...more,
  ];
}

/** The tests of all projects; what nx remembers of earlier runs does not count. @returns one result per project */
async function testAll() {
  const results = mkdtempSync(join(tmpdir(), 'perezvon-results-'));
  const { startKafka, startPostgres } = await import('../dist/index.js');
  const servers = [];
  try {
    const env = { PEREZVON_TEST_RESULTS: results };
    if (!process.env.TEST_KAFKA_BROKERS) {
      const kafka = await startKafka();
      servers.push(kafka);
      env.TEST_KAFKA_BROKERS = kafka.brokers;
    }
    if (!process.env.TEST_DATABASE_URL) {
      const postgres = await startPostgres({ isDurable: false });
      servers.push(postgres);
      env.TEST_DATABASE_URL = postgres.url;
    }
    const reporters = [`--reporters=${join(root, 'local/jest/count-reporter.mjs')}`, '--reporters=default'];
    await check('tests', node, nx('test', 1, '--skipNxCache', '--', '--ci', '--forceExit', ...reporters), env);
    return readdirSync(results).map((name) => JSON.parse(readFileSync(join(results, name), 'utf8')));
  } finally {
    for (const server of servers) await server.dispose();
    rmSync(results, { recursive: true, force: true });
  }
}

/** @returns the exit code */
function summarise(projects) {
  say('\n=== summary');
  for (const { what, hasPassed, seconds } of outcomes) {
    say(`${hasPassed ? 'passed' : 'FAILED'}  ${what} (${seconds.toFixed(0)} s)`);
  }
  for (const each of projects.sort((a, b) => a.rootDir.localeCompare(b.rootDir))) {
    const counts = [`${each.passed} passed`, `${each.failed} failed`, `${each.skipped} skipped`];
    say(`        ${relative(root, each.rootDir).padEnd(24)} ${counts.join(', ')}`);
  }
  for (const { what, message } of projects.flatMap(({ failures }) => failures)) {
    say(`FAILED  ${what}\n${message.replaceAll(/^/gm, '        ')}`);
  }
  say(`${((performance.now() - startedAt) / 60_000).toFixed(1)} minutes in all`);
  // The tests are counted one by one; the check "tests" as a whole only when nothing else tells of its failure.
  const sum = (field) => projects.reduce((total, each) => total + each[field], 0);
  const failedChecks = outcomes.filter(({ hasPassed, what }) => !hasPassed && what !== 'tests').length;
  const passedChecks = outcomes.filter(({ hasPassed, what }) => hasPassed && what !== 'tests').length;
  const hasTestsFailed = outcomes.some(({ hasPassed, what }) => !hasPassed && what === 'tests');
  const failed = failedChecks + Math.max(sum('failed'), hasTestsFailed ? 1 : 0);
  say(`${passedChecks + sum('passed')} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

function anySpecUsesABrowser() {
  return ['apps', 'libs', 'tests', 'local'].some((top) =>
    readdirSync(join(root, top), { recursive: true })
      .filter((name) => /\.spec\.tsx?$/.test(name) && !name.includes('node_modules'))
      .some((name) => readFileSync(join(root, top, name), 'utf8').includes('playwright-core')),
  );
}
