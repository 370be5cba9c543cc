import { type NextFunction, type Request, type Response } from 'express';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** A metric's name in Prometheus form with its unit (`…_seconds`, `…_total`), and what question it answers. */
export interface MetricDefinition<Label extends string> {
  readonly name: string;
  readonly help: string;
  /** Never a phone number, a key or an unbounded id: each value is a series kept for ever. */
  readonly labels?: readonly Label[];
}

/** From 1 ms to a minute: what a call's path through the services may take. */
const defaultBucketsSec = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** The numbers of one service: those of the process, of its HTTP door, and its own. */
export class Metrics {
  readonly registry = new Registry();

  constructor(service: string) {
    this.registry.setDefaultLabels({ service });
    collectDefaultMetrics({ register: this.registry });
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
