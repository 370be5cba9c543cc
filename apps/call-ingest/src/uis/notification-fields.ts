import { type Fields } from '../adapters/json-object.js';
import { bareText, flagIn, secondsIn } from './field-values.js';

/**
 * Typed reading of a notification's fields: nested or flat, values with their quotes included, unfilled
 * `{{placeholders}}`, booleans and numbers as text, durations as seconds or `HH:MM:SS` (reference/pbx-events.md §2.1).
 */
export class NotificationFields {
  private readonly flat: ReadonlyMap<string, unknown>;
  private placeholder = false;

  /** @param names our name of a parameter → the name under which this cabinet sends it */
  constructor(fields: Fields, names: Readonly<Record<string, string>> = {}) {
    const flat = flatten(fields);
    for (const [ours, theirs] of Object.entries(names)) {
      if (flat.has(theirs)) flat.set(ours, flat.get(theirs));
    }
    this.flat = flat;
  }

  /** A variable arrived as its own name: the cabinet's template asks for what this event does not have. */
  get sawPlaceholder(): boolean {
    return this.placeholder;
  }

  /** The first of the names that has a value. */
  text(...names: string[]): string | null {
    for (const name of names) {
      const value = this.bare(name);
      if (value !== null) return value;
    }
    return null;
  }

  /** Whole seconds; null where the PBX measured nothing, which is not 0. */
  seconds(...names: string[]): number | null {
    const value = this.text(...names);
    return value === null ? null : secondsIn(value);
  }

  flag(name: string): boolean | null {
    const value = this.text(name);
    return value === null ? null : flagIn(value);
  }

  /** An array, its JSON as text, or a list with commas. */
  list(name: string): string[] {
    const value = this.flat.get(name);
    if (Array.isArray(value)) return value.flatMap((item: unknown) => bareText(item) ?? []);
    const text = this.text(name);
    return text === null
      ? []
      : text
          .replace(/[[\]"'\s]/g, '')
          .split(',')
          .filter((item) => item !== '');
  }

  private bare(name: string): string | null {
    const value = bareText(this.flat.get(name));
    if (value === null || !/^\{\{.*\}\}$/s.test(value)) return value;
    this.placeholder = true;
    return null;
  }
}

/** Values of nested objects under their own names; what stands nearer to the top wins. */
function flatten(fields: Fields): Map<string, unknown> {
  const flat = new Map<string, unknown>();
  let level: Fields[] = [fields];
  for (let depth = 0; depth < 4 && level.length > 0; depth += 1) {
    const below: Fields[] = [];
    for (const object of level) {
      for (const [name, value] of Object.entries(object)) {
        if (isObject(value)) below.push(value);
        else if (!flat.has(name)) flat.set(name, value);
      }
    }
    level = below;
  }
  return flat;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
