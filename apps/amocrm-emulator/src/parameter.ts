/** What a parameter can be set to: JSON scalars only. */
export type Scalar = string | number | boolean | null;

/**
 * One value that a test or a person chooses, of a switch or of a fault. The control API checks by it and the page draws
 * an input from it, so that neither has a list of its own.
 */
export interface Parameter<T extends Scalar = Scalar> {
  /** For people: the page shows it beside the input. */
  readonly label: string;
  readonly input: 'count' | 'flag' | 'choice';
  /** The possible values of a `choice`. */
  readonly choices: readonly Scalar[];
  /** The bounds of a `count`. */
  readonly min: number;
  readonly max: number;
  /** null is possible too and stands for "none" or "never". */
  readonly isNullable: boolean;
  /** What it is unless said; undefined: it has to be said. */
  readonly initial: T | undefined;
  readonly accepts: (value: unknown) => value is T;
}

export type ParameterTable = Readonly<Record<string, Parameter>>;
export type ValuesOf<P extends ParameterTable> = {
  [K in keyof P]: P[K] extends Parameter<infer T> ? T : never;
};

const UNBOUNDED = { choices: [], min: 0, max: Number.MAX_SAFE_INTEGER, isNullable: false };

/** A whole number, from 0 unless bounded. */
export function count(label: string, initial?: number, bounds: { min?: number; max?: number } = {}): Parameter<number> {
  const { min, max } = { ...UNBOUNDED, ...bounds };
  const accepts = (value: unknown): value is number =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
  return { ...UNBOUNDED, label, input: 'count', min, max, initial, accepts };
}

export function flag(label: string, initial?: boolean): Parameter<boolean> {
  const accepts = (value: unknown): value is boolean => typeof value === 'boolean';
  return { ...UNBOUNDED, label, input: 'flag', initial, accepts };
}

export function oneOf<const T extends Scalar>(label: string, choices: readonly T[], initial?: T): Parameter<T> {
  const accepts = (value: unknown): value is T => choices.some((choice) => choice === value);
  return { ...UNBOUNDED, label, input: 'choice', choices, initial, accepts };
}

/** The same parameter with null as a further value, and null as what it is unless said. */
export function orNull<T extends Scalar>(parameter: Parameter<T>): Parameter<T | null> {
  const accepts = (value: unknown): value is T | null => value === null || parameter.accepts(value);
  return { ...parameter, isNullable: true, initial: parameter.initial ?? null, accepts };
}

/** Every parameter at its initial value; for tables in which each has one. */
export function initialValues<P extends ParameterTable>(table: P): ValuesOf<P> {
  // The compiler cannot follow a mapped type through entries; each value comes from the parameter of its own name.
  return Object.fromEntries(Object.entries(table).map(([name, { initial }]) => [name, initial])) as ValuesOf<P>;
}

/** Reads the table's parameters out of what was sent, or names those that are missing or impossible. */
export function readValues<P extends ParameterTable>(
  table: P,
  raw: Readonly<Record<string, unknown>>,
): { readonly values: ValuesOf<P> } | { readonly wrong: readonly string[] } {
  const values: Record<string, unknown> = initialValues(table);
  const wrong: string[] = [];
  for (const [name, parameter] of Object.entries(table)) {
    const value = raw[name] === undefined ? parameter.initial : raw[name];
    if (parameter.accepts(value)) values[name] = value;
    else wrong.push(`${name}: ${possible(parameter)}`);
  }
  // Each value was accepted by the parameter of its own name.
  return wrong.length > 0 ? { wrong } : { values: values as ValuesOf<P> };
}

function possible({ input, choices, min, max, isNullable }: Parameter): string {
  const number = max === UNBOUNDED.max ? `a whole number from ${min}` : `${min} … ${max}`;
  const what = { count: number, flag: 'true or false', choice: choices.map(String).join(', ') }[input];
  return isNullable ? `${what}, or null` : what;
}
