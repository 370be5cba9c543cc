import {
  type Context,
  type Link,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  context,
  propagation,
  trace as tracing,
} from '@opentelemetry/api';
import { codeOf } from '../errors.js';
import { IncomingMessage } from '../incoming-message.js';
import { type ReceivedMessage } from '../message.js';
import { type Policy } from './policy.js';

/** A batch may come from thousands of traces; a span does not need to name them all. */
const MAX_LINKS = 32;

/**
 * Runs the handler in a span. Messages of one trace continue it, so a lone call is one trace from end to end; messages of
 * several traces are linked. Keys, values and offsets' contents stay out (design.md, property 7).
 */
export function trace<T>(groupId: string): Policy<T> {
  const tracer = tracing.getTracer('@perezvon/kafka');
  return (next) => async (batch) => {
    const contexts = distinctContexts(batch.messages);
    const [only] = contexts;
    const parent = contexts.length === 1 && only !== undefined ? only : ROOT_CONTEXT;
    const attributes = {
      'messaging.system': 'kafka',
      'messaging.operation.name': 'process',
      'messaging.destination.name': batch.topic,
      'messaging.destination.partition.id': String(batch.partition),
      'messaging.consumer.group.name': groupId,
      'messaging.batch.message_count': batch.messages.length,
    };
    const links = contexts.length > 1 ? linksTo(contexts) : [];
    const span = tracer.startSpan(`process ${batch.topic}`, { kind: SpanKind.CONSUMER, attributes, links }, parent);
    try {
      await context.with(tracing.setSpan(parent, span), () => next(batch));
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: codeOf(error) });
      throw error;
    } finally {
      span.end();
    }
  };
}

/** The trace that a message belongs to, to continue it for this message alone. */
export function traceContextOf(message: ReceivedMessage<unknown>): Context {
  return message instanceof IncomingMessage
    ? propagation.extract(ROOT_CONTEXT, message, lazyHeaders)
    : propagation.extract(ROOT_CONTEXT, message.headers);
}

const lazyHeaders: TextMapGetter<IncomingMessage<unknown>> = {
  get: (message, name) => message.header(name),
  keys: (message) => Object.keys(message.record.headers ?? {}),
};

/** The distinct trace contexts of a batch, at most MAX_LINKS. Messages without one cost a property lookup. */
function distinctContexts(messages: readonly IncomingMessage<unknown>[]): Context[] {
  const seen = new Set<string>();
  const contexts: Context[] = [];
  for (const message of messages) {
    const traceparent = message.header('traceparent');
    if (traceparent === undefined || seen.has(traceparent)) continue;
    seen.add(traceparent);
    contexts.push(traceContextOf(message));
    if (contexts.length === MAX_LINKS) break;
  }
  return contexts;
}

function linksTo(contexts: readonly Context[]): Link[] {
  return contexts.flatMap((linked) => {
    const spanContext = tracing.getSpanContext(linked);
    return spanContext === undefined ? [] : [{ context: spanContext }];
  });
}
