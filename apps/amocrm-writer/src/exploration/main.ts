import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { smallBounds, wideBounds } from './bounds.js';
import { explore } from './explorer.js';
import { randomRun } from './random-run.js';
import { randomRuns, wordsOf } from './random-runs.js';
import { reportOf, type ProtocolReport } from './report.js';

const usage = `explore [--seeds N | --minutes M] [--from S] [--wide] [--report FILE.json]
explore --seed S        one run, with what went wrong in it

--seeds N      so many random runs (default 10000)
--minutes M    as many random runs as fit into M minutes
--from S       the first seed (default 1)
--wide         the wide bounds of the exhaustive exploration too: minutes
--report FILE  writes FILE.json, and FILE.md beside it`;

const options = {
  seed: { type: 'string' },
  seeds: { type: 'string', default: '10000' },
  minutes: { type: 'string' },
  from: { type: 'string', default: '1' },
  wide: { type: 'boolean', default: false },
  report: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/** @returns the exit code: 1 if a promise was broken */
async function main(): Promise<number> {
  const { values } = parseArgs({ options });
  if (values.help) {
    say(usage);
    return 0;
  }
  if (values.seed !== undefined) {
    const run = await randomRun(Number(values.seed));
    say(wordsOf(run));
    return run.violations.length === 0 ? 0 : 1;
  }
  const [seeds, minutes] = [Number(values.seeds), values.minutes === undefined ? null : Number(values.minutes)];
  const explorations = [];
  for (const bounds of [...smallBounds(), ...(values.wide ? wideBounds() : [])]) {
    const one = await explore(bounds);
    say(`${one.states} states, ${one.runs} runs: ${one.name}`);
    for (const { invariant, what } of one.violations) say(`  ${invariant}  ${what}`);
    for (const line of one.counterexample) say(`    ${line}`);
    explorations.push(one);
  }
  const end = performance.now() + (minutes ?? 0) * 60_000;
  const isOver = (count: number): boolean => (minutes === null ? count >= seeds : performance.now() > end);
  const random = await randomRuns(Number(values.from), isOver);
  say(`${random.seeds} seeds from ${random.from}: ${random.effects} effects, ${random.requests} requests`);
  for (const run of random.broken) say(wordsOf(run));

  const report: ProtocolReport = { explorations, random };
  if (values.report !== undefined) write(values.report, report);
  return explorations.every(({ violations }) => violations.length === 0) && random.broken.length === 0 ? 0 : 1;
}

function write(file: string, report: ProtocolReport): void {
  const { json, markdown } = reportOf(report);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(json, null, 2)}\n`);
  writeFileSync(file.replace(/\.json$/, '.md'), markdown);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main();
