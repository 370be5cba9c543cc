import { isObject } from '../api/item-reader.js';
import { count, orNull, readValues, type ParameterTable } from '../parameter.js';
import { FAULT_KINDS, isFaultKind, type FaultAction } from './fault-kinds.js';

export interface FaultRule {
  readonly id: string;
  /** Portal id; null hits every portal. */
  readonly portal: string | null;
  readonly method: string | null;
  /** `*` stands for one path segment, `**` for any number; null for every path. */
  readonly path: string | null;
  /** How many matching requests pass unharmed first. */
  readonly after: number;
  /** How often it fires; null for ever. */
  readonly count: number | null;
  readonly probability: number;
  readonly action: FaultAction;
}

export type ParsedRule = { readonly rule: FaultRule } | { readonly problem: string };

/** How often a rule fires: common to all kinds. */
export const RULE_PARAMETERS = {
  after: count('сколько подходящих запросов пропустить', 0),
  count: orNull(count('сколько раз', 1)),
} satisfies ParameterTable;

/** Reads a rule as the control API takes it: `{ kind, portal?, method?, path?, after?, count?, probability?, … }`. */
export function parseFaultRule(raw: unknown, id: string): ParsedRule {
  if (!isObject(raw)) return { problem: 'a fault is an object' };
  const { kind, portal, method, path, probability = 1 } = raw;
  if (!isFaultKind(kind)) return { problem: `kind: unknown ${String(kind)}` };
  const action = readValues<ParameterTable>(FAULT_KINDS[kind].parameters, raw);
  const often = readValues(RULE_PARAMETERS, raw);
  if (!isTextOrAbsent(portal)) return { problem: 'portal: a portal id' };
  if (!isTextOrAbsent(method)) return { problem: 'method: an HTTP method' };
  if (!isTextOrAbsent(path)) return { problem: 'path: a path pattern such as /api/v4/*/notes' };
  if ('wrong' in action) return { problem: action.wrong.join('; ') };
  if ('wrong' in often) return { problem: often.wrong.join('; ') };
  if (typeof probability !== 'number' || !(probability > 0 && probability <= 1)) {
    return { problem: 'probability: more than 0, at most 1' };
  }
  return {
    rule: {
      id: typeof raw['id'] === 'string' ? raw['id'] : id,
      portal: portal ?? null,
      method: method?.toUpperCase() ?? null,
      path: path ?? null,
      ...often.values,
      probability,
      // The values were read by the parameters of this very kind.
      action: { kind, ...action.values } as FaultAction,
    },
  };
}

function isTextOrAbsent(value: unknown): value is string | undefined | null {
  return value === undefined || value === null || typeof value === 'string';
}
