import { type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type CustomTransportStrategy } from '@nestjs/microservices';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { type Express } from 'express';
import { type HealthCheck, HealthChecks, type Readiness } from './health.js';
import { type Logger, NestLogger } from './log.js';
import { measureRequests, type Metrics } from './metrics.js';
import { ProblemFilter } from './problem.filter.js';
import { withDeadline } from './deadline.js';

/** A transport strategy that says whether it can consume, such as `KafkaStrategy` of @perezvon/kafka. */
export interface ServiceConsumer extends CustomTransportStrategy {
  readiness(): Readiness;
}

export interface ServiceOptions {
  readonly name: string;
  readonly module: Type<unknown> | DynamicModule;
  /** 0: the system chooses. */
  readonly port: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** By name, for `/health/ready`: `{ kafka: strategy }`. */
  readonly consumers?: Readonly<Record<string, ServiceConsumer>>;
  /** What else `/health/ready` asks: `{ database: databaseCheck(dataSource), relay: () => relay.readiness() }`. */
  readonly checks?: Readonly<Record<string, HealthCheck>>;
  /** Pipes, middleware, static files: whatever must be there before the routes. */
  readonly configure?: (app: NestExpressApplication) => void | Promise<void>;
  /** Largest request body. Default 256 KiB (interfaces.md, PBX side). */
  readonly bodyLimitBytes?: number;
  /** Keep `request.rawBody`, for signatures over the bytes. */
  readonly rawBody?: boolean;
  /** How long stopping may take in all. Default 20 s; orchestrators kill after 30. */
  readonly stopDeadlineMs?: number;
  /** After consumers and HTTP have stopped: relays, producers, databases, traces, in the order they depend. */
  readonly onStop?: () => Promise<void>;
}

export interface RunningService {
  readonly app: NestExpressApplication;
  /** Where it listens, such as `http://127.0.0.1:3000`. */
  readonly url: string;
  readonly health: HealthChecks;
  /**
   * Readiness off, consumers, HTTP, `onStop`, each once however often it is called.
   *
   * @throws when a step failed or the deadline passed; every step has been tried by then
   */
  stop(): Promise<void>;
}

/** Where a service is in its life: what `/health/ready` says besides the checks. */
type Phase = 'starting' | 'running' | 'stopping';

/**
 * Builds the Nest application and brings it up: health and metrics, errors as RFC 9457, routes, then consumers.
 *
 * The HTTP door opens before the consumers connect, so that a service that cannot reach its broker answers
 * `/health/ready` with the reason instead of being silent.
 */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const { logger, metrics } = options;
  const consumers = Object.entries(options.consumers ?? {});
  const health = new HealthChecks();
  let phase: Phase = 'starting';
  health.register('service', () => (phase === 'running' ? { ready: true } : { ready: false, reason: phase }));
  for (const [name, consumer] of consumers) health.register(name, () => consumer.readiness());
  for (const [name, check] of Object.entries(options.checks ?? {})) health.register(name, check);

  const app = await NestFactory.create<NestExpressApplication>(options.module, {
    bodyParser: false,
    rawBody: options.rawBody ?? false,
    logger: new NestLogger(logger),
    abortOnError: false,
  });
  app.disable('x-powered-by');
  app.use(measureRequests(metrics));
  const limit = options.bodyLimitBytes ?? 256 * 1024;
  app.useBodyParser('json', { limit });
  app.useBodyParser('urlencoded', { limit, extended: false });
  app.useGlobalFilters(new ProblemFilter(logger));
  serveHealth(app, health, metrics);
  await options.configure?.(app);
  for (const [, strategy] of consumers) {
    closeOnlyOnce(strategy);
    app.connectMicroservice({ strategy });
  }
  await app.listen(options.port);
  await app.startAllMicroservices();
  phase = 'running';
  const url = localAddress(await app.getUrl());
  logger.info({ url }, 'ready');

  let stopped: Promise<void> | undefined;
  return {
    app,
    url,
    health,
    stop: () => {
      phase = 'stopping';
      return (stopped ??= withDeadline(options.stopDeadlineMs ?? 20_000, 'stopping', () =>
        inOrder([
          () => Promise.all(consumers.map(([, consumer]): unknown => consumer.close())),
          () => app.close(),
          () => options.onStop?.(),
        ]),
      ));
    },
  };
}

/** We close consumers before HTTP; `app.close()` closes its microservices too, and finds it done. */
function closeOnlyOnce(consumer: ServiceConsumer): void {
  const close = consumer.close.bind(consumer) as () => unknown;
  let isClosed = false;
  consumer.close = (): unknown => {
    if (isClosed) return undefined;
    isClosed = true;
    return close();
  };
}

/** Outside of Nest's routes: no guard, no pipe and no prefix of a service applies to them. */
function serveHealth(app: NestExpressApplication, health: HealthChecks, metrics: Metrics): void {
  const express: Express = app.getHttpAdapter().getInstance();
  express.get('/health/live', (_request, response) => {
    response.json({ status: 'live' });
  });
  express.get('/health/ready', async (_request, response) => {
    const report = await health.report();
    response.status(report.status === 'ready' ? 200 : 503).json(report);
  });
  express.get('/metrics', async (_request, response) => {
    response.type(metrics.registry.contentType).send(await metrics.text());
  });
}

/** A step that fails does not keep the later ones from being tried: an open database must still be closed. */
async function inOrder(steps: readonly (() => unknown)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures, 'several steps of stopping failed');
}

function localAddress(url: string): string {
  return url.replace('[::1]', '127.0.0.1').replace('[::]', '127.0.0.1').replace('0.0.0.0', '127.0.0.1');
}
