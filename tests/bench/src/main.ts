import { parseArgs } from 'node:util';
import { benchEmulator } from './emulator/run.js';
import { benchIngest } from './ingest/run.js';
import { benchMemory } from './pipeline/memory.js';
import { benchPipeline } from './pipeline/run.js';
import { benchRouting } from './routing/run.js';
import { benchMirror } from './mirror/run.js';
import { benchSettingsEffect } from './settings/effect.js';
import { benchJournal } from './settings/journal.js';
import { benchStack } from './stack/run.js';
import { benchBacklog } from './writers/backlog.js';
import { benchBlockedPortals } from './writers/blocked-portals.js';
import { benchLoneCall } from './writers/lone-call.js';
import { benchWriters } from './writers/many-portals.js';
import { writeRows, type Row } from './rows.js';

/** `npm run bench [-- --only emulator] [-- --runs 5]` */
const benches: Record<string, (runs: number, say: (line: string) => void) => Promise<Row[]>> = {
  ingest: benchIngest,
  emulator: benchEmulator,
  pipeline: benchPipeline,
  memory: benchMemory,
  routing: benchRouting,
  journal: benchJournal,
  settings: benchSettingsEffect,
  backlog: benchBacklog,
  lone: benchLoneCall,
  writers: benchWriters,
  blocked: benchBlockedPortals,
  mirror: benchMirror,
  stack: benchStack,
};

/** Fewer say too little to stand in a file that others read. */
const RUNS_THAT_COUNT = 5;

const usage = `usage: npm run bench -- [--only ${Object.keys(benches).join('|')}] [--runs 5]\n`;
const values = given();
const runs = Number(values.runs);
const chosen = Object.entries(benches).filter(([name]) => values.only === undefined || values.only === name);
if (!Number.isInteger(runs) || runs < 1 || chosen.length === 0) {
  process.stderr.write(usage);
  process.exit(2);
}
const say = (line: string) => process.stdout.write(`${line}\n`);
for (const [name, bench] of chosen) {
  say(`== ${name}`);
  const rows = await bench(runs, say);
  if (runs >= RUNS_THAT_COUNT) await writeRows(rows);
  else say(`not written to docs/measurements: a figure is the median of at least ${String(RUNS_THAT_COUNT)} runs`);
  for (const row of rows)
    say(`${row.id}: ratio ${String(row.ratio ?? row.value)} (goal ${row.goal}: ${row.met ? 'met' : 'NOT met'})`);
}

function given() {
  try {
    return parseArgs({ options: { only: { type: 'string' }, runs: { type: 'string', default: '5' } } }).values;
  } catch {
    process.stderr.write(usage);
    process.exit(2);
  }
}
