import { Catch, type RpcExceptionFilter, UseFilters } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { type Observable, throwError } from 'rxjs';
import { type MessageBatch, type MessageContract } from './message.js';

export interface ConsumeOptions {
  /** For this handler, instead of the strategy's. */
  readonly timeoutMs?: number;
}

/** What the decorators leave for the strategy, among Nest's pattern extras. */
export interface ConsumesMetadata extends ConsumeOptions {
  readonly contract: Pick<MessageContract<unknown>, 'parse'> | undefined;
  readonly tombstones: boolean;
}

export const consumesKey = 'perezvon:kafka:consumes';

type BatchHandler<T> = (batch: MessageBatch<T>) => Promise<void>;
type HandlerDecorator<T> = <H extends BatchHandler<T>>(
  target: object,
  name: string | symbol,
  descriptor: TypedPropertyDescriptor<H>,
) => void;

/** Nest's own filter replaces an error by "Internal server error": the policies need the error itself. */
@Catch()
class ErrorsAsTheyAre implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

/**
 * The method handles the topic's messages, batch by batch, parsed by the contract. It resolves when all are handled; see
 * RetryableError and PoisonMessageError for the other endings.
 */
export function Consumes<T>(
  contract: Pick<MessageContract<T>, 'topic' | 'parse'>,
  options?: ConsumeOptions & { readonly tombstones?: false },
): HandlerDecorator<T>;
/** The same for a compacted topic: a tombstone's value is null (its key says what was deleted). */
export function Consumes<T>(
  contract: Pick<MessageContract<T>, 'topic' | 'parse'>,
  options: ConsumeOptions & { readonly tombstones: true },
): HandlerDecorator<T | null>;
export function Consumes<T>(
  contract: Pick<MessageContract<T>, 'topic' | 'parse'>,
  { tombstones = false, ...options }: ConsumeOptions & { readonly tombstones?: boolean } = {},
): HandlerDecorator<T> {
  return consumes(contract.topic, { ...options, contract, tombstones });
}

/** The method handles the topic's records as bytes and parses by itself. */
export function ConsumesRaw(topic: string, options: ConsumeOptions = {}): HandlerDecorator<Buffer> {
  return consumes(topic, { ...options, contract: undefined, tombstones: true });
}

function consumes<T>(topic: string, metadata: ConsumesMetadata): HandlerDecorator<T> {
  const pattern: MethodDecorator = EventPattern<string>(topic, undefined, { [consumesKey]: metadata });
  const filter = UseFilters(new ErrorsAsTheyAre());
  return (target, name, descriptor) => {
    pattern(target, name, descriptor);
    filter(target, name, descriptor);
  };
}
