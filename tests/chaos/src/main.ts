import { parseArgs } from 'node:util';
import { bugOrder, findBug } from './planted/find-bug.js';
import { bugs } from './planted/bugs.js';
import { Arena } from './rig/arena.js';
import { baselineFaults, baselineNames, runBaseline } from './baselines/run-baseline.js';
import { type Fault } from './faults/fault.js';
import { matrix } from './matrix.js';
import { violationNames } from './oracle/verdict.js';
import {
  readReport,
  stamp,
  withSession,
  writeReport,
  type BaselineRow,
  type FaultRow,
  type PlantedBugRow,
} from './report/chaos-file.js';

/**
 * `npm run chaos -- [--only F10] [--minutes 20] [--seed 1] [--anew]`
 *
 * Goes through the rows that have not had all their injections yet and adds to them, so that a run can be cut and gone on
 * with. `--only F3` takes the kinds of one row of faults.md together; `--anew` forgets what those rows had. `--only baselines` runs the two
 * that are compared with, under the faults where the difference shows, where they have not run yet; `--only planted` plants bugs that must be found.
 */
const usage = 'usage: npm run chaos -- [--only F10] [--minutes 20] [--seed 1] [--anew]\n';
const values = given();
const minutes = Number(values.minutes);
const seed = Number(values.seed);
const isOfBaselines = values.only === 'baselines';
const isOfPlanted = values.only === 'planted';
const chosen = matrix.filter(({ id }) => values.only === '' || id === values.only || id.startsWith(`${values.only}-`));
if (!(minutes > 0) || !Number.isInteger(seed) || (chosen.length === 0 && !isOfBaselines && !isOfPlanted)) {
  process.stderr.write(usage);
  process.exit(2);
}
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const stopAt = performance.now() + minutes * 60_000;

let rows = readReport().rows;
if (values.anew) rows = rows.filter(({ fault }) => !chosen.some(({ id }) => id === fault));
for (const fault of chosen) {
  if (performance.now() > stopAt) break;
  const before = rows.find((row) => row.fault === fault.id);
  const owed = fault.goal - (before?.injections ?? 0);
  if (owed > 0) await inject(fault, before, owed);
}
if (isOfBaselines || values.only === '') await compare();
if (isOfPlanted || values.only === '') await plantBugs();
const violated = rows.filter((row) => violationNames.some((name) => row[name] > 0));
for (const { fault } of violated) say(`VIOLATED: ${fault}`);
process.exitCode = violated.length === 0 ? 0 : 1;

function given() {
  try {
    return parseArgs({
      options: {
        only: { type: 'string', default: '' },
        minutes: { type: 'string', default: '60' },
        seed: { type: 'string', default: '1' },
        anew: { type: 'boolean', default: false },
      },
    }).values;
  } catch {
    process.stderr.write(usage);
    process.exit(2);
  }
}

/** Every baseline has so many injections of each fault: enough to see what it does. */
async function compare(): Promise<void> {
  for (const name of baselineNames) {
    for (const { fault, rules } of baselineFaults) {
      if (performance.now() > stopAt) return;
      const isThis = (row: BaselineRow): boolean => row.name === name && row.fault === fault;
      if (!values.anew && readReport().baselines.some(isThis)) continue;
      const earlier = readReport().baselines.filter((row) => !isThis(row));
      say(`== ${fault} for the ${name}`);
      const outcome = await runBaseline(name, { rules }, { seed, goal: rules.length > 0 ? 60 : 15, stopAt, say });
      const row: BaselineRow = { name, fault, ...outcome, ...stamp() };
      await writeReport({ baselines: [...earlier, row] }, seed);
      say(`${fault}: ${JSON.stringify(outcome)}`);
    }
  }
}

async function plantBugs(): Promise<void> {
  say('== planted bugs');
  const arena = await Arena.open({ seed, tenants: bugOrder.length });
  try {
    const writer = arena.start();
    await arena.portalsRead();
    await writer.end('SIGTERM');
    const plantedBugs: PlantedBugRow[] = [];
    for (const [index, bug] of bugOrder.entries()) {
      const [tenant] = arena.tenants.slice(index);
      if (tenant === undefined) throw new Error('each bug needs a tenant');
      const { name } = bugs[bug];
      const found = await findBug(arena, tenant, bug);
      say(`${name}: ${found.caught ? 'caught' : 'NOT caught'} (${found.by})`);
      plantedBugs.push({ name, ...found, ...stamp() });
    }
    await writeReport({ plantedBugs }, seed);
  } finally {
    await arena.close();
  }
}

async function inject(fault: Fault, before: FaultRow | undefined, goal: number): Promise<void> {
  // Each session tells another story, and one that can be told again.
  const own = seed * 1_000 + (before?.sessions.length ?? 0);
  say(`== ${fault.id}: ${fault.title} (up to ${String(goal)}, seed ${String(own)})`);
  const outcome = await fault.run({ seed: own, goal, stopAt, say });
  const row = withSession(before, fault, outcome, own);
  rows = matrix.flatMap(({ id }) => (id === fault.id ? row : (rows.find((each) => each.fault === id) ?? [])));
  await writeReport({ rows }, seed);
  const found = violationNames.filter((name) => outcome.verdict[name] > 0);
  say(
    `${fault.id}: ${String(outcome.injections)} injections, ${String(outcome.verdict.accepted)} effects` +
      (found.length === 0
        ? ', all invariants hold'
        : `: ${found.map((n) => `${n} ${String(outcome.verdict[n])}`).join(', ')}`),
  );
  for (const finding of outcome.verdict.findings) say(`   ${finding}`);
}
