import { type z } from 'zod';

/** How long Kafka keeps a topic's messages, and how: a stream by time, a table by its newest message per key. */
export type Retention = { readonly kind: 'stream'; readonly days: number } | { readonly kind: 'compacted' };

/**
 * One message of one topic: the single source of its TypeScript type, its run-time parser, its JSON Schema and its key.
 * Additive change keeps the topic's version; anything else is a new topic `….v2` (design.md, Topics).
 */
export interface Message<T> {
  /** Kafka topic, ending in its version. */
  readonly topic: string;
  /** What the message says, for the published AsyncAPI document. */
  readonly title: string;
  readonly description: string;
  readonly schema: z.ZodType<T>;
  readonly retention: Retention;
  /** Kafka key: keeps neighbours from waiting for each other; correctness never rests on it (design.md, Topics). */
  key(message: T): string;
  /**
   * Turns decoded JSON into the message.
   * @throws ContractViolation with every problem as `path: what is wrong`; never with the values themselves,
   *   which may be phone numbers (design.md, property 7).
   */
  parse(value: unknown): T;
}

/** The value of a topic's message does not have the shape that its contract promises. */
export class ContractViolation extends Error {
  readonly code = 'contract_violation';

  constructor(
    readonly topic: string,
    readonly problems: readonly ContractProblem[],
  ) {
    super(`${topic}: ${problems.map((p) => `${p.path || '(root)'}: ${p.message}`).join('; ')}`);
    this.name = 'ContractViolation';
  }
}

export interface ContractProblem {
  /** Dotted path inside the message, empty for the message itself. */
  readonly path: string;
  readonly message: string;
}

export function defineMessage<S extends z.ZodType>(definition: {
  topic: string;
  title: string;
  description: string;
  schema: S;
  retention: Retention;
  key: (message: z.output<S>) => string;
}): Message<z.output<S>> {
  const { schema, topic } = definition;
  return {
    ...definition,
    schema: schema as unknown as z.ZodType<z.output<S>>,
    parse(value) {
      const result = schema.safeParse(value);
      if (result.success) return result.data;
      throw new ContractViolation(topic, problemsOf(result.error));
    },
  };
}

/** A validation error as paths and plain sentences, without the offending values. */
export function problemsOf(error: z.ZodError): ContractProblem[] {
  return error.issues.map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message }));
}
