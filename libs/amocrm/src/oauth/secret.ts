import { inspect } from 'node:util';

const shown = '<secret>';

/**
 * A token on its way through the program. Whatever prints it (a template string, JSON, a log line, an error, the
 * inspector) gets `<secret>`; only {@link reveal} gives the value, so each use can be found by that name.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [Symbol.toPrimitive](): string {
    return shown;
  }

  [inspect.custom](): string {
    return shown;
  }
}
