import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '../paths.js';
import { type Counts } from './holdings.js';

/** One recorded scene, as far as its outcome is concerned; apps/pbx-simulator plays the same file. */
export interface SampleScene {
  readonly title: string;
  /** E.164; null when the client cannot be known. */
  readonly phone: string | null;
  /** The name on the card that amoCRM has of this client before any call; null = the client is new. */
  readonly known: string | null;
  readonly expect: Counts;
  /** The rule of rules.md that should decide. */
  readonly rule: string;
  /** Why nothing is expected. */
  readonly reason: string | null;
}

export async function readSample(): Promise<SampleScene[]> {
  const file = join(repositoryRoot, 'apps', 'pbx-simulator', 'sample', 'calls.json');
  const sample: unknown = JSON.parse(await readFile(file, 'utf8'));
  const scenes = field(sample, 'scenes');
  if (!Array.isArray(scenes) || scenes.length === 0) throw new Error(`${file} has no scenes`);
  return scenes.map((scene: unknown) => ({
    title: text(scene, 'title') ?? '',
    phone: text(scene, 'phone'),
    known: text(scene, 'known'),
    expect: {
      contacts: number(field(scene, 'expect'), 'contacts'),
      deals: number(field(scene, 'expect'), 'deals'),
      notes: number(field(scene, 'expect'), 'notes'),
      unsorted: number(field(scene, 'expect'), 'unsorted'),
      tasks: number(field(scene, 'expect'), 'tasks'),
    },
    rule: text(scene, 'rule') ?? '',
    reason: text(scene, 'reason'),
  }));
}

function field(from: unknown, name: string): unknown {
  return typeof from === 'object' && from !== null ? Reflect.get(from, name) : undefined;
}

function text(from: unknown, name: string): string | null {
  const value = field(from, name);
  return typeof value === 'string' ? value : null;
}

function number(from: unknown, name: string): number {
  const value = field(from, name);
  if (typeof value !== 'number') throw new Error(`a scene of the sample does not say how many ${name} it expects`);
  return value;
}
