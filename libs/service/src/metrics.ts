import { type NextFunction, type Request, type Response } from 'express';
import { AggregatorRegistry, collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** A metric's name in Prometheus form with its unit (`…_seconds`, `…_total`), and what question it answers. */
export interface MetricDefinition<Label extends string> {
  readonly name: string;
  readonly help: string;
  /** Never a phone number, a key or an unbounded id: each value is a series kept for ever. */
  readonly labels?: readonly Label[];
}

/** From 1 ms to a minute: what a call's path through the services may take. */
const defaultBucketsSec = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** One thread's numbers, as they may be sent to another. */
export type MetricsSnapshot = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** The numbers of one service: those of the process, of its HTTP door, and its own. */
export class Metrics {
  readonly registry = new Registry();
  private readonly threads: (() => Promise<MetricsSnapshot>)[] = [];

  /** `thread`: for one that is not the main thread; its numbers carry the name, and the process is not counted twice. */
  constructor(service: string, thread?: string) {
    this.registry.setDefaultLabels({ service, ...(thread !== undefined && { thread }) });
    collectDefaultMetrics({ register: this.registry });
    if (thread === undefined) return;
    for (const { name } of this.registry.getMetricsAsArray()) {
      if (name.startsWith('process_')) this.registry.removeSingleMetric(name);
    }
  }

  /** Shows a thread's numbers, asked for at each scrape, beside these. */
  join(thread: () => Promise<MetricsSnapshot>): void {
    this.threads.push(thread);
  }

  snapshot(): Promise<MetricsSnapshot> {
    return this.registry.getMetricsAsJSON();
  }

  /** What `/metrics` answers. */
  async text(): Promise<string> {
    if (this.threads.length === 0) return this.registry.metrics();
    const snapshots = await Promise.all([this.snapshot(), ...this.threads.map((thread) => thread())]);
    return AggregatorRegistry.aggregate(snapshots).metrics();
  }

  counter<Label extends string = never>(definition: MetricDefinition<Label>): Counter<Label> {
    return new Counter({ ...this.common(definition) });
  }

  /** `read`, if given, is asked for the value at each scrape. */
  gauge<Label extends string = never>(
    definition: MetricDefinition<Label>,
    read?: () => number | Promise<number>,
  ): Gauge<Label> {
    if (read === undefined) return new Gauge(this.common(definition));
    return new Gauge({
      ...this.common(definition),
      async collect() {
        this.set(await read());
      },
    });
  }

  histogram<Label extends string = never>(
    definition: MetricDefinition<Label> & { readonly bucketsSec?: readonly number[] },
  ): Histogram<Label> {
    return new Histogram({ ...this.common(definition), buckets: [...(definition.bucketsSec ?? defaultBucketsSec)] });
  }

  private common<Label extends string>({ name, help, labels }: MetricDefinition<Label>) {
    return { name, help, labelNames: [...(labels ?? [])], registers: [this.registry] };
  }
}

/** Duration of each request by method, route pattern (never the path: it may hold a secret) and status. */
export function measureRequests(metrics: Metrics) {
  const durations = metrics.histogram({
    name: 'http_server_request_duration_seconds',
    help: 'How long requests to this service took',
    labels: ['method', 'route', 'status'],
  });
  return (request: Request, response: Response, next: NextFunction): void => {
    const startedAt = performance.now();
    response.once('finish', () => {
      const route = request.route as { path?: unknown } | undefined;
      durations.observe(
        {
          method: request.method,
          route: typeof route?.path === 'string' ? route.path : 'none',
          status: String(response.statusCode),
        },
        (performance.now() - startedAt) / 1_000,
      );
    });
    next();
  };
}
