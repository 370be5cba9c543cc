import { violationNames } from '../oracle/verdict.js';
import { type ChaosReport, type FaultRow } from './chaos-file.js';
import { NOT_DONE } from './not-done.js';
import { type Exploration } from './protocol-file.js';

const INTRODUCTION = `
# Faults × invariants

Made by \`npm run chaos\`: real Kafka, real PostgreSQL, writers as processes of their own, and the amoCRM emulator, whose store
and log of requests are the oracle. Every violation column must be 0:

- **lost**: an accepted effect without a terminal state, or one that is called done and does not stand in amoCRM;
- **duplicated**: more than one thing in amoCRM with the marker of one effect;
- **blind resends**: a second POST after an indefinite first one without a look that could have shown it;
- **windows over 7**: sliding seconds in which amoCRM saw more requests of one account, over all writers;
- **out of order**: calls of one client written down in another order than they were made;
- **other**: requests to a blocked account more than a second after it was told and before its probe, two writes at once about one thing, things in amoCRM that no effect
  accounts for, a secret or a client's number in a log.

In the F15 rows every command that comes again counts as an injection. A row is the sum of the sessions that \`chaos.json\` has; commit and time are those of the last one. What earlier sessions found that are no longer there is told at the end of this page. Pauses after faults that
follow each other grow to minutes and are cut short by the harness; leases, the looks of doubts and D keep their
real time. The pure core of the writer is explored beside this, every interleaving within small bounds: at the end of this page.
`;

/** @param exploration what `npm run explore` has written last */
export function markdownOf(report: ChaosReport, exploration: Exploration | undefined): string {
  const injections = report.rows.reduce((sum, row) => sum + row.injections, 0);
  return [
    INTRODUCTION.trim(),
    '',
    `**${count(injections)} injections of ${String(report.rows.length)} kinds.**`,
    '',
    '| fault | what happens | injections | effects | lost | duplicated | blind resends | windows over 7 | out of order | other | commit | at |',
    '| --- | --- | --: | --: | --: | --: | --: | --: | --: | --: | --- | --- |',
    ...report.rows.map(rowOf),
    '',
    ...figures(report.rows),
    ...baselines(report),
    ...plantedBugs(report),
    ...interleavings(exploration),
    '## Not done, or left open',
    '',
    ...NOT_DONE.map(({ fault, why }) => `- ${fault}: ${why}`),
    '',
  ].join('\n');
}

function rowOf(row: FaultRow): string {
  const effects = row.sessions.reduce((sum, { accepted }) => sum + accepted, 0);
  const last = row.sessions.at(-1);
  const cells = [
    row.fault,
    row.title,
    row.injections < row.goal ? `${count(row.injections)} of ${count(row.goal)}` : count(row.injections),
    count(effects),
    ...violationNames.map((name) => count(row[name])),
    `\`${last?.commit ?? ''}\``,
    minute(last?.measuredAt),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** Reported, not asserted: they depend on the machine. */
function figures(rows: readonly FaultRow[]): string[] {
  const lines = rows.flatMap((row) =>
    Object.entries(instantFigures(row) ?? lastFigures(row)).map(
      ([name, value]) => `| ${row.fault} | ${name} | ${value.toLocaleString('en', { maximumFractionDigits: 2 })} |`,
    ),
  );
  if (lines.length === 0) return [];
  return [
    '## Isolation, recovery, instants',
    '',
    'Of the last session that told them: before the fault and beside or after it in the same run. The machine was at work with other things too.',
    '',
    '| fault | figure | value |',
    '| --- | --- | --: |',
    ...lines,
    '',
  ];
}

const lastFigures = ({ sessions }: FaultRow): Readonly<Record<string, number>> =>
  sessions.findLast(({ figures: told }) => told !== undefined)?.figures ?? {};

/** Of all sessions together; undefined: the row is not about instants, or none was met. */
function instantFigures({ sessions }: FaultRow): Record<string, number> | undefined {
  const met = new Map<string, number>();
  for (const [name, times] of sessions.flatMap(({ instants }) => Object.entries(instants ?? {}))) {
    met.set(name, (met.get(name) ?? 0) + times);
  }
  const times = [...met.values()];
  // Sessions on a machine so busy that no writer lived to see its instants tell nothing here.
  if (times.every((each) => each === 0)) return undefined;
  return {
    'kills at a named instant': times.reduce((sum, each) => sum + each, 0),
    [`different instants, of ${String(met.size)}`]: times.filter((each) => each > 0).length,
  };
}

function baselines({ rows, baselines: all }: ChaosReport): string[] {
  if (all.length === 0) return [];
  const lines = all.map(({ name, fault, injections, calls, lost, duplicated, commit, measuredAt }) => {
    const ours = rows.find((row) => row.fault === fault);
    const beside = ours === undefined ? '' : `${count(ours.duplicated)} of ${count(ours.injections)} injections`;
    const figuresOf = [injections, calls, lost, duplicated].map(count);
    return `| ${[name, fault, ...figuresOf, beside, `\`${commit}\``, minute(measuredAt)].join(' | ')} |`;
  });
  return [
    '## The same faults, written the usual way',
    '',
    'The same harness, emulator and oracle; instead of the writer an at-least-once consumer that sends again until it is answered,',
    'and a pg-boss job with plain retry.',
    '',
    '| instead of the writer | fault | injections | calls | lost | duplicated | the writer’s duplicates | commit | at |',
    '| --- | --- | --: | --: | --: | --: | --: | --- | --- |',
    ...lines,
    '',
  ];
}

function plantedBugs({ plantedBugs: all }: ChaosReport): string[] {
  if (all.length === 0) return [];
  return [
    '## Planted bugs',
    '',
    'A harness that finds nothing proves nothing: each of these was put into the writer, and this is what gave it away.',
    '',
    '| bug | caught | by | commit | at |',
    '| --- | --- | --- | --- | --- |',
    ...all.map(
      ({ name, caught, by, commit, measuredAt }) =>
        `| ${[name, caught ? 'yes' : '**NO**', excerpt(by), `\`${commit}\``, minute(measuredAt)].join(' | ')} |`,
    ),
    '',
  ];
}

function interleavings(exploration: Exploration | undefined): string[] {
  if (exploration === undefined) return [];
  const { exhaustive, random } = exploration;
  const last = random.from + random.seeds - 1;
  return [
    '## Every interleaving',
    '',
    'The writer’s own core in virtual time (`npm run explore`): within these bounds each order of steps, losses, deaths and freezes, and',
    `beyond them ${count(random.seeds)} runs by chance (seeds ${count(random.from)} to ${count(last)}) with ${count(random.effects)} effects, of which ${count(random.broken)} broke a`,
    'promise. What is assumed and what is left out: [protocol](../protocol.md); the faults of the runs by chance: [here](protocol.md).',
    '',
    '| bounds | distinct states | runs | of them to the end | violations |',
    '| --- | --: | --: | --: | --: |',
    ...exhaustive.map(
      ({ name, states, runs, ends, violations }) =>
        `| ${[name, ...[states, runs, ends, violations].map(count)].join(' | ')} |`,
    ),
    '',
  ];
}

const count = (value: number): string => value.toLocaleString('en');
const minute = (at: string | undefined): string => (at ?? '').slice(0, 16).replace('T', ' ');
/** What was found is told in full as it is found; a table has room for its beginning. */
const excerpt = (text: string): string => text.slice(0, 100).replaceAll('|', '\\|').replaceAll('\n', ' ');
