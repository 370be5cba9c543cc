import { createRequire } from 'node:module';
import { type Logger } from './log.js';
import { maskText } from './redaction.js';

export interface TracingOptions {
  readonly service: string;
  /** Base address of an OTLP/HTTP collector, such as `http://otel-collector:4318`; undefined: no traces. */
  readonly endpoint: string | undefined;
  readonly logger: Logger;
}

/** Sends what has not been sent yet and stops tracing. */
export type StopTracing = () => Promise<void>;

/**
 * Starts traces of HTTP and Postgres if there is somewhere to send them. The SDK is loaded only then: it costs some
 * 40 MB, which an idle stack should not pay.
 */
export async function startTracing({ service, endpoint, logger }: TracingOptions): Promise<StopTracing> {
  if (endpoint === undefined) return () => Promise.resolve();
  const [{ NodeSDK, tracing, resources }, { HttpInstrumentation }, { PgInstrumentation }, { OTLPTraceExporter }] =
    await Promise.all([
      import('@opentelemetry/sdk-node'),
      import('@opentelemetry/instrumentation-http'),
      import('@opentelemetry/instrumentation-pg'),
      import('@opentelemetry/exporter-trace-otlp-http'),
    ]);
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` });
  const sdk = new NodeSDK({
    // Its detectors would send the command line, and its readers metrics, which Prometheus scrapes already.
    autoDetectResources: false,
    metricReaders: [],
    logRecordProcessors: [],
    resource: resources.resourceFromAttributes({ 'service.name': service }),
    spanProcessors: [
      new tracing.BatchSpanProcessor({
        export: (spans, done) => exporter.export(spans.map(withoutPersonalData), done),
        shutdown: () => exporter.shutdown(),
        forceFlush: () => exporter.forceFlush(),
      }),
    ],
    instrumentations: [
      new HttpInstrumentation({ ignoreIncomingRequestHook: ({ url }) => /^\/(health|metrics)\b/.test(url ?? '') }),
      new PgInstrumentation({ requireParentSpan: true }),
    ],
  });
  sdk.start();
  // The instrumentations patch a module when it is next required; ours are loaded already, and are patched in place.
  const require = createRequire(import.meta.url);
  for (const name of ['http', 'https', 'pg']) require(name);
  logger.info({}, 'traces are sent');
  return () => sdk.shutdown();
}

/** The part of a finished span that carries text. */
interface SpanText {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly { readonly name: string; readonly attributes?: Readonly<Record<string, unknown>> }[];
  readonly status: { readonly code: number; readonly message?: string };
}

/**
 * Attributes that may leave. An allow-list, because paths, query strings, headers and Kafka keys hold secrets and phone
 * numbers, and the next version of an instrumentation may add one more of them.
 */
const allowedAttribute =
  /^(http\.(request\.)?method|http\.(response\.)?status_code|http\.route|(url|http)\.scheme|server\.(address|port)|network\.protocol\.(name|version)|net\.peer\.(name|port)|db\.(system(\.name)?|name|namespace|operation(\.name)?|statement|query\.text)|messaging\.(system|destination\.name|destination\.partition\.id|operation(\.name|\.type)?|consumer\.group\.name|kafka\.(offset|consumer\.group)|batch\.message_count)|error\.type|exception\.type|perezvon\.[a-z_.]+)$/;

/** The same span as the collector may see it. The original stays as it is: a span is read-only once it has ended. */
export function withoutPersonalData<Span extends SpanText>(span: Span): Span {
  return Object.create(span, {
    name: { value: maskText(span.name), enumerable: true },
    attributes: { value: allowed(span.attributes), enumerable: true },
    events: {
      value: span.events.map((event) => ({ ...event, attributes: allowed(event.attributes ?? {}) })),
      enumerable: true,
    },
    status: { value: { code: span.status.code }, enumerable: true },
  }) as Span;
}

function allowed(attributes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(attributes)
      .filter(([name]) => allowedAttribute.test(name))
      .map(([name, value]) => [name, typeof value === 'string' ? maskText(value) : value]),
  );
}
