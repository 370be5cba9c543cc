import { type LoggerService } from '@nestjs/common';
import { trace } from '@opentelemetry/api';
import { pino, type DestinationStream, type Logger } from 'pino';
import { maskText, redact } from './redaction.js';

export type { Logger } from 'pino';

export interface LoggerOptions {
  readonly service: string;
  readonly level: string;
  /** Default: standard output. */
  readonly destination?: DestinationStream;
}

/**
 * One event, one JSON line. Fields go into the first argument, the message says what happened and holds no values:
 *
 *     logger.info({ accountId, callId, eventId }, 'call decided');
 *
 * Every field and message passes the redaction (see redaction.ts), and carries the trace id when there is a trace.
 */
export function createLogger({ service, level, destination }: LoggerOptions): Logger {
  const logger = pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // The fields are redacted before they get here: an error is a plain object by then.
      serializers: { err: (value: unknown) => value },
      mixin: () => {
        const traceId = trace.getActiveSpan()?.spanContext().traceId;
        return traceId === undefined ? {} : { traceId };
      },
      hooks: {
        logMethod(args, method) {
          const [first, ...rest] = args as unknown[];
          const safe = [
            typeof first === 'string'
              ? maskText(first)
              : first instanceof Error
                ? { err: redact(first) }
                : redact(first),
            ...rest.map((each) => redact(each)),
          ];
          Reflect.apply(method, this, safe);
        },
      },
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  );
  // pino formats the fields of a child once, when it is made, past the hook above. Children inherit this method.
  // eslint-disable-next-line @typescript-eslint/unbound-method -- bound again to whoever is asked for a child
  const makeChild = logger.child;
  logger.child = function (this: Logger, fields, options) {
    return Reflect.apply(makeChild, this, [redact(fields), options]) as ReturnType<typeof makeChild>;
  } as typeof makeChild;
  return logger;
}

/** Nest's own messages through our logger. Its chatter about each mapped route is `debug`. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  /** Nest passes the class that speaks last, and before it, for an error, the stack. */
  private write(level: 'trace' | 'debug' | 'warn' | 'error' | 'fatal', message: unknown, rest: unknown[]): void {
    const context = rest.at(-1);
    const fields = { ...(typeof context === 'string' && { context }) };
    if (message instanceof Error) this.logger[level]({ ...fields, err: message }, message.message);
    else if (typeof message === 'string') this.logger[level](fields, message);
    else this.logger[level]({ ...fields, detail: message }, 'nest');
  }
}
