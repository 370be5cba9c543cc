import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { type RequestEnd, type RequestStart } from './request-observer.js';

/**
 * Does `work` in a span of its own, named by the route's template: no id, query, body or token of the request is in it.
 * A no-op where nobody collects traces.
 */
export async function inSpan<T>(
  { method, route, items }: RequestStart,
  host: string,
  work: (ended: (end: RequestEnd) => void) => Promise<T>,
): Promise<T> {
  const attributes = {
    'http.request.method': method,
    'http.route': route,
    'server.address': host,
    'perezvon.amocrm.items': items,
  };
  const tracer = trace.getTracer('@perezvon/amocrm');
  return tracer.startActiveSpan(`${method} ${route}`, { kind: SpanKind.CLIENT, attributes }, async (span) => {
    try {
      return await work(({ outcome, status, requestId, waitedMs }) => {
        span.setAttribute('perezvon.amocrm.waited_ms', Math.round(waitedMs));
        if (status !== undefined) span.setAttribute('http.response.status_code', status);
        // Support asks for it.
        if (requestId !== undefined) span.setAttribute('perezvon.amocrm.request_id', requestId);
        if (outcome === 'done') return;
        span.setAttribute('error.type', outcome);
        span.setStatus({ code: SpanStatusCode.ERROR });
      });
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}
