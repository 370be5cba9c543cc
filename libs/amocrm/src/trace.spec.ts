import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { createAmocrmClient, type AmocrmClient } from './index.js';
import { answer, ScriptedPortal, type Step } from './testing/scripted-portal.js';

const exporter = new InMemorySpanExporter();
let portal: ScriptedPortal;
let client: AmocrmClient;
beforeEach(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
});
afterEach(async () => {
  exporter.reset();
  trace.disable();
  context.disable();
  client.close();
  await portal.stop();
});

async function against(step: Step, token = (): Promise<string> => Promise.resolve('canary-token')): Promise<void> {
  portal = await ScriptedPortal.start([step]);
  client = createAmocrmClient({ baseUrl: portal.origin, extraOrigins: [portal.origin], token });
}

describe('a request in a trace', () => {
  it('is a span of the caller’s trace, with the route, the status and the id that support asks for', async () => {
    await against(answer(204));
    const parent = trace.getTracer('spec').startSpan('a call');
    await context.with(trace.setSpan(context.active(), parent), () => client.contact(79161234567));
    const [span] = exporter.getFinishedSpans();
    expect(span?.spanContext().traceId).toBe(parent.spanContext().traceId);
    expect(span).toMatchObject({ name: 'GET /api/v4/contacts/{id}', kind: SpanKind.CLIENT });
    expect(span?.attributes).toMatchObject({
      'http.response.status_code': 204,
      'server.address': '127.0.0.1',
      'perezvon.amocrm.request_id': 'req-1',
    });
    expect(JSON.stringify([span?.name, span?.attributes])).not.toMatch(/9161234567|canary/u);
  });

  it('that failed says how, by the code of the error table', async () => {
    await against(answer(502, '<html>nginx</html>'));
    await client.createContacts([{}, {}]);
    const [span] = exporter.getFinishedSpans();
    expect(span?.status.code).toBe(SpanStatusCode.ERROR);
    expect(span?.attributes).toMatchObject({ 'error.type': 'bad_gateway', 'perezvon.amocrm.items': 2 });
  });

  it('ends also when the caller’s own token cannot be had', async () => {
    await against(answer(204), () => Promise.reject(new Error('database away')));
    await expect(client.contact(1)).rejects.toThrow('database away');
    expect(exporter.getFinishedSpans()).toHaveLength(1);
  });
});
