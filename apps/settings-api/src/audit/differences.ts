import { isDeepStrictEqual } from 'node:util';
import { type Settings } from '@perezvon/contracts';

/** One place where two settings differ; null on a side: there was nothing there. */
export interface SettingsDifference {
  /** `integration.incoming.cells.answeredUnknown.action`; things with an id stand under it, not under their position. */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** More than a person reads; the rest is only counted. */
export const mostDifferences = 200;

/** What every change changes, and what nobody may read. */
const untold = new Set(['version', 'updatedAt', 'secretHash', 'sealedToken']);

/** By what the things of a list are known across two of its states. */
const identities = ['portalId', 'sourceId', 'employeeId'] as const;

/** Leaf by leaf, in the order of the document. */
export function differencesOf(before: Settings, after: Settings): SettingsDifference[] {
  return compare('', before, after);
}

function compare(path: string, before: unknown, after: unknown): SettingsDifference[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (isList(before) && isList(after)) return compareLists(path, before, after);
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => !untold.has(name));
    return names.flatMap((name) => compare(path === '' ? name : `${path}.${name}`, before[name], after[name]));
  }
  return [{ path, before: told(before), after: told(after) }];
}

function compareLists(path: string, before: readonly unknown[], after: readonly unknown[]): SettingsDifference[] {
  const was = new Map(before.map((item) => [identityOf(item), item]));
  const is = new Map(after.map((item) => [identityOf(item), item]));
  const ids = [...new Set([...was.keys(), ...is.keys()])];
  return ids.flatMap((id) => compare(`${path}.${id}`, was.get(id), is.get(id)));
}

/** A number of a filter is its own identity. */
function identityOf(item: unknown): string {
  if (!isObject(item)) return String(item);
  const name = identities.find((each) => typeof item[each] === 'string');
  return name === undefined ? JSON.stringify(item) : String(item[name]);
}

function told(value: unknown): unknown {
  if (!isObject(value)) return value ?? null;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !untold.has(name)));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: unknown): value is unknown[] {
  return Array.isArray(value);
}
