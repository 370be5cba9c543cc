import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

/** One figure of docs/measurements/bench.json (interfaces.md, Start and stop): what was measured, never guessed. */
export interface Row {
  readonly id: string;
  /** Median of `runs`; where `goal` says so, what all runs together gave. */
  readonly value: number;
  readonly unit: string;
  /** Median of the baseline in the same run, where the figure is a ratio to one. */
  readonly baseline?: number;
  readonly ratio?: number;
  /** In words that a reader can check, such as `>= 0.5`. */
  readonly goal: string;
  readonly met: boolean;
  readonly runs: readonly number[];
}

const root = new URL('../../../', import.meta.url);
const jsonFile = new URL('docs/measurements/bench.json', root);
const markdownFile = new URL('docs/measurements/bench.md', root);

/** A row in the file: benches are run one by one, so each says when it was measured, and on what. */
interface WrittenRow extends Row {
  readonly measuredAt: string;
  readonly commit: string;
}

/** Shape: interfaces.md, Start and stop. Time and commit are those of the latest run. */
interface Report {
  readonly measuredAt: string;
  readonly commit: string;
  readonly machine: string;
  readonly rows: readonly WrittenRow[];
}

/** Replaces the rows with the same ids and keeps the others. */
export async function writeRows(rows: readonly Row[]): Promise<void> {
  const now = { measuredAt: new Date().toISOString(), commit: commit() };
  const kept = earlierRows().filter((earlier) => !rows.some((row) => row.id === earlier.id));
  const all = [...kept, ...rows.map((row) => ({ ...row, ...now }))].sort((a, b) => a.id.localeCompare(b.id));
  const report: Report = { ...now, machine: machine(), rows: all };
  writeFileSync(jsonFile, `${JSON.stringify(report, undefined, 2)}\n`);
  writeFileSync(markdownFile, await formatted(markdown(report)));
}

function earlierRows(): readonly WrittenRow[] {
  if (!existsSync(jsonFile)) return [];
  return (JSON.parse(readFileSync(jsonFile, 'utf8')) as Report).rows;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (low === undefined || high === undefined) throw new Error('a median needs at least one value');
  return (low + high) / 2;
}

const commit = () =>
  execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: fileURLToPath(root), encoding: 'utf8' }).trim();

function machine(): string {
  const [cpu] = cpus();
  const gib = Math.round(totalmem() / 2 ** 30);
  return `${String(cpus().length)} × ${cpu?.model.trim() ?? 'unknown CPU'}, ${String(gib)} GiB, Node ${process.version}`;
}

/** As the format check of `npm test` wants it. */
async function formatted(text: string): Promise<string> {
  return format(text, { ...(await resolveConfig(fileURLToPath(markdownFile))), parser: 'markdown' });
}

function markdown(report: Report): string {
  const lines = report.rows.map((row) =>
    [
      `\`${row.id}\``,
      `${number(row.value)} ${row.unit}`,
      row.baseline === undefined ? '' : `${number(row.baseline)} ${row.unit}`,
      row.ratio === undefined ? '' : row.ratio.toFixed(2),
      row.goal,
      row.met ? 'yes' : 'no',
      row.runs.map(number).join(', '),
      `\`${row.commit}\``,
      row.measuredAt.slice(0, 16).replace('T', ' '),
    ].join(' | '),
  );
  return [
    '# Measurements',
    '',
    `Made by \`npm run bench\` on ${report.machine}: baseline and ours take turns in one run, a figure is the median of its runs unless`,
    'its goal says otherwise. Only the ratios say something about another machine, or about this virtual one on another day.',
    '',
    '| figure | ours | baseline | ratio | goal | met | runs | commit | at |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...lines.map((line) => `| ${line} |`),
    '',
  ].join('\n');
}

const number = (value: number) => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2));
