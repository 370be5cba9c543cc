import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { type Outcome } from '../faults/fault.js';
import { sumOf, type Violations } from '../oracle/verdict.js';
import { markdownOf } from './markdown.js';
import { readExploration } from './protocol-file.js';

/** What one session of a fault did, on which commit and when. */
export interface SessionResult extends Violations {
  readonly injections: number;
  readonly accepted: number;
  readonly parked: number;
  readonly commit: string;
  readonly measuredAt: string;
  readonly seed: number;
  readonly findings: readonly string[];
  readonly figures?: Readonly<Record<string, number>>;
  readonly instants?: Readonly<Record<string, number>>;
}

/** A row of docs/measurements/chaos.json (interfaces.md): the sum of its sessions. */
export interface FaultRow extends Violations {
  readonly fault: string;
  readonly title: string;
  readonly goal: number;
  readonly injections: number;
  readonly sessions: readonly SessionResult[];
}

export interface BaselineRow {
  readonly name: string;
  readonly fault: string;
  readonly injections: number;
  readonly calls: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly commit: string;
  readonly measuredAt: string;
}

export interface PlantedBugRow {
  readonly name: string;
  readonly caught: boolean;
  /** The finding that gave it away. */
  readonly by: string;
  readonly commit: string;
  readonly measuredAt: string;
}

export interface ChaosReport {
  readonly measuredAt: string;
  readonly commit: string;
  readonly seed: number;
  readonly rows: readonly FaultRow[];
  readonly baselines: readonly BaselineRow[];
  readonly plantedBugs: readonly PlantedBugRow[];
}

const root = new URL('../../../../', import.meta.url);
const jsonFile = new URL('docs/measurements/chaos.json', root);
const markdownFile = new URL('docs/measurements/chaos.md', root);

const EMPTY: ChaosReport = { measuredAt: '', commit: '', seed: 0, rows: [], baselines: [], plantedBugs: [] };

export function readReport(): ChaosReport {
  // Our own file, written below.
  return existsSync(jsonFile) ? (JSON.parse(readFileSync(jsonFile, 'utf8')) as ChaosReport) : EMPTY;
}

/** The row with one more session. Earlier sessions stay, also those that found something: only `anew` forgets them. */
export function withSession(
  row: FaultRow | undefined,
  { id, title, goal }: { readonly id: string; readonly title: string; readonly goal: number },
  { injections, verdict, figures, instants }: Outcome,
  seed: number,
): FaultRow {
  const session: SessionResult = {
    injections,
    accepted: verdict.accepted,
    parked: verdict.parked,
    ...sumOf([verdict]),
    findings: verdict.findings,
    ...(figures ? { figures } : {}),
    ...(instants ? { instants } : {}),
    ...stamp(),
    seed,
  };
  const sessions = [...(row?.sessions ?? []), session];
  const injected = sessions.reduce((sum, each) => sum + each.injections, 0);
  return { fault: id, title, goal, injections: injected, ...sumOf(sessions), sessions };
}

export async function writeReport(change: Partial<ChaosReport>, seed: number): Promise<void> {
  const report: ChaosReport = { ...readReport(), ...change, ...stamp(), seed };
  writeFileSync(jsonFile, await formatted(JSON.stringify(report), 'json'));
  writeFileSync(markdownFile, await formatted(markdownOf(report, readExploration(root)), 'markdown'));
}

export function stamp(): { commit: string; measuredAt: string } {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: fileURLToPath(root), encoding: 'utf8' });
  return { commit: commit.trim(), measuredAt: new Date().toISOString() };
}

/** As the format check of `npm test` wants it. */
async function formatted(text: string, parser: 'json' | 'markdown'): Promise<string> {
  return format(text, { ...(await resolveConfig(fileURLToPath(markdownFile))), parser });
}
