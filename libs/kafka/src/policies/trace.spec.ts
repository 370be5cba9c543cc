import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SpanStatusCode, context, propagation, trace as tracing } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { batchOf } from '../spec/support/batch.js';
import { trace, traceContextOf } from './trace.js';

const traceA = 'a'.repeat(32);
const traceB = 'b'.repeat(32);
const parentOf = (traceId: string) => ({ traceparent: `00-${traceId}-1234567890abcdef-01` });

describe('trace', () => {
  const exporter = new InMemorySpanExporter();
  beforeEach(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    tracing.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  });
  afterEach(() => {
    exporter.reset();
    tracing.disable();
    propagation.disable();
    context.disable();
  });

  it('continues the trace that all messages share', async () => {
    let inside: string | undefined;
    await trace<Buffer>('g')(() => {
      inside = tracing.getActiveSpan()?.spanContext().traceId;
      return Promise.resolve();
    })(batchOf(['a', 'b'], [parentOf(traceA), parentOf(traceA)]));
    expect(inside).toBe(traceA);
    const [span] = exporter.getFinishedSpans();
    expect(span?.spanContext().traceId).toBe(traceA);
    expect(span?.name).toBe('process t');
    expect(span?.links).toEqual([]);
  });

  it('links the traces of a mixed batch', async () => {
    await trace<Buffer>('g')(() => Promise.resolve())(batchOf(['a', 'b', 'c'], [parentOf(traceA), parentOf(traceB)]));
    const [span] = exporter.getFinishedSpans();
    expect(span?.links.map((link) => link.context.traceId)).toEqual([traceA, traceB]);
    expect([traceA, traceB]).not.toContain(span?.spanContext().traceId);
  });

  it('marks a failure by its code and lets it through', async () => {
    const run = trace<Buffer>('g')(() => Promise.reject(new TypeError('for +79161234567')))(batchOf(['a']));
    await expect(run).rejects.toThrow(TypeError);
    expect(exporter.getFinishedSpans()[0]?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'TypeError' });
  });

  it('keeps keys and values out', async () => {
    await trace<Buffer>('g')(() => Promise.resolve())(batchOf(['secret']));
    const attributes = JSON.stringify(exporter.getFinishedSpans()[0]?.attributes);
    expect(attributes).not.toContain('secret');
    expect(attributes).not.toContain('key-0');
  });

  it('gives the context of one message', () => {
    const [message] = batchOf(['a'], [parentOf(traceB)]).messages;
    const extracted = message === undefined ? undefined : tracing.getSpanContext(traceContextOf(message));
    expect(extracted?.traceId).toBe(traceB);
  });
});
