import { SeededRandom } from '../random.js';
import { FAULT_KINDS, type FaultMoment } from './fault-kinds.js';
import { type FaultRule, parseFaultRule } from './fault-rule.js';

interface Entry {
  readonly rule: FaultRule;
  readonly pattern: RegExp | null;
  matched: number;
  fired: number;
}

export interface FaultState extends FaultRule {
  readonly matched: number;
  readonly fired: number;
}

export interface FaultRequest {
  readonly portal: string;
  readonly method: string;
  readonly path: string;
}

/** The faults that are set. The first rule that matches and whose dice fall right fires; rules keep their order. */
export class FaultBook {
  private entries: Entry[] = [];
  private nextId = 1;

  readonly random: SeededRandom;

  /** The seed tells the dice: with the same seed and requests the same faults fire. */
  constructor(readonly seed: number) {
    this.random = new SeededRandom(seed);
  }

  /** Adds a rule; a problem with it comes back as text. */
  add(raw: unknown): { rule: FaultRule } | { problem: string } {
    const parsed = parseFaultRule(raw, `fault-${this.nextId}`);
    if ('problem' in parsed) return parsed;
    this.nextId++;
    const { path } = parsed.rule;
    this.entries.push({ rule: parsed.rule, pattern: path === null ? null : patternOf(path), matched: 0, fired: 0 });
    return parsed;
  }

  /** Removes one rule, or all. */
  remove(id?: string): void {
    this.entries = id === undefined ? [] : this.entries.filter((entry) => entry.rule.id !== id);
  }

  list(): FaultState[] {
    return this.entries.map(({ rule, matched, fired }) => ({ ...rule, matched, fired }));
  }

  /** The rule that fires on this request, counted as fired. Each kind has its moment. */
  pick(request: FaultRequest, moment: FaultMoment): FaultRule | undefined {
    for (const entry of this.entries) {
      const { rule } = entry;
      const isItsMoment = FAULT_KINDS[rule.action.kind].moment === moment;
      if (isItsMoment && fits(entry, request) && this.fires(entry)) return rule;
    }
    return undefined;
  }

  private fires(entry: Entry): boolean {
    const { rule } = entry;
    if (rule.count !== null && entry.fired >= rule.count) return false;
    entry.matched++;
    if (entry.matched <= rule.after) return false;
    if (rule.probability < 1 && this.random.next() >= rule.probability) return false;
    entry.fired++;
    return true;
  }
}

function fits({ rule, pattern }: Entry, request: FaultRequest): boolean {
  return (
    (rule.portal === null || rule.portal === request.portal) &&
    (rule.method === null || rule.method === request.method) &&
    (pattern === null || pattern.test(request.path))
  );
}

function patternOf(path: string): RegExp {
  const source = path
    .split(/(\*\*|\*)/)
    .map((part) => {
      if (part === '**') return '.*';
      if (part === '*') return '[^/]+';
      return part.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
    })
    .join('');
  return new RegExp(`^${source}$`);
}
