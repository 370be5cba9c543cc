import { type FieldError } from '../http/answer.js';

interface Options {
  /** Absent → `FieldMissing`. */
  required?: boolean;
  /** null is taken as absent instead of `NotNullable`. */
  nullable?: boolean;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads one object of a request strictly: types are not converted, every fault is collected with its path (§2.5), and
 * what nobody read is reported by `unread` (the vendor does not say what it does with fields it does not know).
 */
export class ItemReader {
  private readonly seen = new Set<string>();
  private readonly children = new Map<string, ItemReader>();

  constructor(
    private readonly raw: Record<string, unknown>,
    readonly errors: FieldError[] = [],
    private readonly prefix = '',
  ) {}

  has(key: string): boolean {
    this.seen.add(key);
    return this.raw[key] !== undefined;
  }

  isNull(key: string): boolean {
    this.seen.add(key);
    return this.raw[key] === null;
  }

  string(key: string, options: Options & { maxLength?: number; notEmpty?: boolean } = {}): string | undefined {
    const value = this.value(key, options);
    if (value === undefined) return undefined;
    if (typeof value !== 'string') return this.fail('InvalidType', key, 'This value should be of type string.');
    if (options.notEmpty === true && value === '') {
      return this.fail('NotBlank', key, 'This value should not be blank.');
    }
    if (options.maxLength !== undefined && [...value].length > options.maxLength) {
      const detail = `This value is too long. It should have ${options.maxLength} characters or less.`;
      return this.fail('TooLong', key, detail);
    }
    return value;
  }

  integer(key: string, options: Options & { min?: number } = {}): number | undefined {
    const value = this.value(key, options);
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isInteger(value)) {
      return this.fail('InvalidType', key, 'This value should be of type int.');
    }
    if (options.min !== undefined && value < options.min) {
      return this.fail('TooLow', key, `This value should be ${options.min} or more.`);
    }
    return value;
  }

  boolean(key: string, options: Options = {}): boolean | undefined {
    const value = this.value(key, options);
    if (value === undefined) return undefined;
    if (typeof value !== 'boolean') return this.fail('InvalidType', key, 'This value should be of type bool.');
    return value;
  }

  stringOrInteger(key: string, options: Options = {}): string | number | undefined {
    const value = this.value(key, options);
    if (value === undefined) return undefined;
    if (typeof value === 'string' || (typeof value === 'number' && Number.isInteger(value))) return value;
    return this.fail('InvalidType', key, 'This value should be of type string|int.');
  }

  /** Anything but null, for the caller to judge. */
  value(key: string, options: Options = {}): unknown {
    this.seen.add(key);
    const value = this.raw[key];
    if (value === undefined) {
      if (options.required === true) this.fail('FieldMissing', key, 'This field is missing.');
      return undefined;
    }
    if (value === null) {
      if (options.nullable !== true) this.fail('NotNullable', key, 'This value should not be null.');
      return undefined;
    }
    return value;
  }

  object(key: string, options: Options = {}): ItemReader | undefined {
    const value = this.value(key, options);
    if (value === undefined) return undefined;
    // PHP writes an empty object as [].
    if (Array.isArray(value) && value.length === 0) return this.child({}, key);
    if (!isObject(value)) return this.fail('InvalidType', key, 'This value should be of type object.');
    return this.child(value, key);
  }

  /** A list of objects; undefined when absent. Entries that are no objects are reported and left out. */
  objects(key: string, options: Options & { max?: number } = {}): ItemReader[] | undefined {
    const value = this.value(key, options);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) return this.fail('InvalidType', key, 'This value should be of type array.');
    if (options.max !== undefined && value.length > options.max) {
      return this.fail('TooMany', key, `This collection should contain ${options.max} elements or less.`);
    }
    const readers: ItemReader[] = [];
    for (const [index, entry] of (value as readonly unknown[]).entries()) {
      if (isObject(entry)) readers.push(this.child(entry, `${key}.${index}`));
      else this.fail('InvalidType', `${key}.${index}`, 'This value should be of type object.');
    }
    return readers;
  }

  fail(code: string, key: string, detail: string): undefined {
    this.errors.push({ code, path: `${this.prefix}${key}`, detail });
    return undefined;
  }

  notSupported(key: string): undefined {
    return this.fail('NotSupportedChoice', key, 'The value you selected is not a valid choice.');
  }

  /** Paths that were sent and never looked at. */
  unread(): string[] {
    const here = Object.keys(this.raw).filter((key) => !this.seen.has(key));
    return [
      ...here.map((key) => `${this.prefix}${key}`),
      ...[...this.children.values()].flatMap((child) => child.unread()),
    ];
  }

  /** One reader per place, so that two who read the same object share what was seen. */
  private child(raw: Record<string, unknown>, key: string): ItemReader {
    const known = this.children.get(key);
    if (known !== undefined) return known;
    const child = new ItemReader(raw, this.errors, `${this.prefix}${key}.`);
    this.children.set(key, child);
    return child;
  }
}
