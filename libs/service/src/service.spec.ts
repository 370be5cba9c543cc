import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Body,
  ConflictException,
  Controller,
  Get,
  Module,
  Param,
  Post,
  type RawBodyRequest,
  Req,
  UseGuards,
} from '@nestjs/common';
import { type Request } from 'express';
import {
  createLogger,
  INTERNAL_API_KEY,
  InternalApiGuard,
  Metrics,
  Problem,
  type Readiness,
  type RunningService,
  type ServiceConsumer,
  type ServiceOptions,
  startService,
} from './index.js';

const internalKey = 'internal-key-of-32-characters-00';

@Controller('things')
class ThingsController {
  @Get('secret/:secret')
  read(@Param('secret') _secret: string): object {
    return { read: true };
  }

  @Post()
  echo(@Body() body: object): object {
    return body;
  }

  @Post('raw')
  raw(@Req() request: RawBodyRequest<Request>): object {
    return { bytes: request.rawBody?.length };
  }

  @Get('conflict')
  conflict(): never {
    throw new ConflictException('internal words that nobody should read');
  }

  @Get('refused')
  refused(): never {
    throw new Problem({
      status: 422,
      code: 'settings_invalid',
      message: { ru: 'Настройки неверны.', en: 'The settings are wrong.' },
      errors: [
        { path: 'a.0', code: 'too_short', message: { ru: 'Короткий.', en: 'Too short.' } },
        {
          path: 'b',
          code: 'empty',
          message: { ru: 'Имя: Пусто.', en: 'Name: Empty.' },
          field: { ru: 'Имя', en: 'Name' },
        },
      ],
      extra: { waiting: 3 },
    });
  }

  @Get('broken')
  broken(): never {
    throw new Error('canary: connection string');
  }
}

@Controller('internal')
@UseGuards(InternalApiGuard)
class InternalController {
  @Get()
  read(): object {
    return { inside: true };
  }
}

@Module({
  controllers: [ThingsController, InternalController],
  providers: [{ provide: INTERNAL_API_KEY, useValue: internalKey }],
})
class SpecModule {}

/** A consumer whose readiness the spec decides, and which notes when it was closed. */
class SpecConsumer implements ServiceConsumer {
  current: Readiness = { ready: true };
  constructor(private readonly order: string[] = []) {}
  listen(callback: () => void): void {
    callback();
  }
  close(): void {
    this.order.push('consumer');
  }
  readiness(): Readiness {
    return this.current;
  }
}

const running: RunningService[] = [];
afterEach(async () => {
  await Promise.allSettled(running.splice(0).map((service) => service.stop()));
});

async function start(options: Partial<ServiceOptions> = {}): Promise<RunningService> {
  const service = await startService({
    name: 'spec',
    module: SpecModule,
    port: 0,
    logger: createLogger({ service: 'spec', level: 'silent' }),
    metrics: new Metrics('spec'),
    ...options,
  });
  running.push(service);
  return service;
}
const get = (service: RunningService, path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(service.url + path, { headers });
const post = (service: RunningService, path: string, body: string): Promise<Response> =>
  fetch(service.url + path, { method: 'POST', body, headers: { 'content-type': 'application/json' } });

describe('health', () => {
  it('is live and ready when everything works', async () => {
    const service = await start({ checks: { database: () => ({ ready: true }) } });
    expect((await get(service, '/health/live')).status).toBe(200);
    const ready = await get(service, '/health/ready');
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({
      status: 'ready',
      checks: { service: { ready: true }, database: { ready: true } },
    });
  });

  it('answers 503 with the name of what does not work, and stays live', async () => {
    const consumer = new SpecConsumer();
    const service = await start({ consumers: { kafka: consumer } });
    consumer.current = { ready: false, reason: 'no partition was ever assigned' };
    const ready = await get(service, '/health/ready');
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ checks: { kafka: { reason: 'no partition was ever assigned' } } });
    expect((await get(service, '/health/live')).status).toBe(200);
  });

  it('tells nothing of the error of a check that fails', async () => {
    const service = await start({
      checks: { database: () => Promise.reject(new Error('postgres://user:canary@db refused')) },
    });
    const text = await (await get(service, '/health/ready')).text();
    expect(text).toContain('"database":{"ready":false,"reason":"failed"}');
    expect(text).not.toContain('canary');
  });

  it('counts a check that never answers as failed', async () => {
    const service = await start({ checks: { broker: () => new Promise(() => undefined) } });
    expect((await get(service, '/health/ready')).status).toBe(503);
  });
});

describe('metrics', () => {
  it('shows the numbers of another thread beside its own, and the process once', async () => {
    const metrics = new Metrics('spec');
    const thread = new Metrics('spec', 'stream');
    metrics.counter({ name: 'answers_total', help: 'Answers' }).inc();
    thread.counter({ name: 'decisions_total', help: 'Decisions' }).inc(2);
    metrics.join(() => thread.snapshot());
    const service = await start({ metrics });
    const text = await (await get(service, '/metrics')).text();
    expect(text).toContain('answers_total{service="spec"} 1');
    expect(text).toContain('decisions_total{service="spec",thread="stream"} 2');
    expect(text).toMatch(/^nodejs_heap_size_used_bytes\{service="spec"\} \d+$/m);
    expect(text).toMatch(/^nodejs_heap_size_used_bytes\{service="spec",thread="stream"\} \d+$/m);
    expect(text.match(/^process_cpu_seconds_total/gm)).toHaveLength(1);
    expect(text.match(/^# TYPE nodejs_heap_size_used_bytes /gm)).toHaveLength(1);
  });

  it("shows the process's numbers and our own, by route pattern and never by path", async () => {
    const metrics = new Metrics('spec');
    const parked = metrics.counter({ name: 'parked_total', help: 'Parked messages', labels: ['reason'] });
    metrics.gauge({ name: 'lag', help: 'Lag' }, () => 42);
    parked.inc({ reason: 'poison' });
    const service = await start({ metrics });
    await get(service, '/things/secret/canary');
    const text = await (await get(service, '/metrics')).text();
    expect(text).toContain('parked_total{reason="poison",service="spec"} 1');
    expect(text).toContain('lag{service="spec"} 42');
    expect(text).toContain('process_cpu_seconds_total');
    expect(text).toContain('route="/things/secret/:secret",status="200"');
    expect(text).not.toContain('canary');
  });
});

describe('errors', () => {
  it('are RFC 9457, in the language that was asked for', async () => {
    const service = await start();
    const russian = await get(service, '/things/refused', { 'accept-language': 'ru-RU,ru;q=0.9,en;q=0.8' });
    expect(russian.status).toBe(422);
    expect(russian.headers.get('content-type')).toContain('application/problem+json');
    expect(await russian.json()).toEqual({
      type: 'about:blank',
      title: 'Настройки неверны.',
      status: 422,
      code: 'settings_invalid',
      errors: [
        { path: 'a.0', code: 'too_short', message: 'Короткий.' },
        { path: 'b', code: 'empty', message: 'Имя: Пусто.', field: 'Имя' },
      ],
      waiting: 3,
    });
    const english = await get(service, '/things/refused', { 'accept-language': 'de, en;q=0.5, ru;q=0.4' });
    expect(await english.json()).toMatchObject({ title: 'The settings are wrong.' });
  });

  it.each([
    ['/things/none', 404, 'not_found'],
    ['/nowhere', 404, 'not_found'],
    ['/things/conflict', 409, 'bad_request'],
    ['/things/broken', 500, 'internal_error'],
  ])('GET %s is %i %s, without what it says inside', async (path, status, code) => {
    const service = await start();
    const response = await get(service, path);
    const text = await response.text();
    expect(response.status).toBe(status);
    expect(JSON.parse(text)).toMatchObject({ status, code });
    expect(text).not.toMatch(/canary|internal words/);
  });

  it('include those of the body parser', async () => {
    const service = await start({ bodyLimitBytes: 1_000 });
    const broken = await post(service, '/things', '{"a":');
    expect(broken.status).toBe(400);
    expect(await broken.json()).toMatchObject({ code: 'bad_request' });
    const large = await post(service, '/things', JSON.stringify({ a: 'x'.repeat(2_000) }));
    expect(large.status).toBe(413);
    expect(await large.json()).toMatchObject({ code: 'payload_too_large' });
  });
});

describe('the HTTP door', () => {
  it('takes 256 KiB and no more, unless told otherwise', async () => {
    const service = await start();
    expect((await post(service, '/things', JSON.stringify({ a: 'x'.repeat(255 * 1024) }))).status).toBe(201);
    expect((await post(service, '/things', JSON.stringify({ a: 'x'.repeat(256 * 1024) }))).status).toBe(413);
  });

  it('does not say what it is made of', async () => {
    expect((await get(await start(), '/health/live')).headers.get('x-powered-by')).toBeNull();
  });

  it('keeps the raw body for signatures when asked', async () => {
    const service = await start({ rawBody: true });
    expect(await (await post(service, '/things/raw', '{ "a":  1 }')).json()).toEqual({ bytes: 11 });
  });

  it.each([undefined, 'Bearer wrong', `Basic ${internalKey}`, 'Bearer ', internalKey])(
    'refuses the internal API to %s',
    async (authorization) => {
      const service = await start();
      const response = await get(service, '/internal', authorization === undefined ? {} : { authorization });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ code: 'unauthorized' });
    },
  );

  it('opens the internal API to who has the key', async () => {
    const response = await get(await start(), '/internal', { authorization: `Bearer ${internalKey}` });
    expect(await response.json()).toEqual({ inside: true });
  });

  it('refuses an internal key that is too short to be one', () => {
    expect(() => new InternalApiGuard('')).toThrow('INTERNAL_API_KEY');
  });
});

describe('stopping', () => {
  it('turns readiness off, then stops consumers, HTTP and the rest, once each', async () => {
    const order: string[] = [];
    const service = await start({
      consumers: { kafka: new SpecConsumer(order) },
      onStop: async () => {
        await expect(get(service, '/health/live')).rejects.toThrow();
        order.push('rest');
      },
    });
    const stopping = service.stop();
    expect((await service.health.report()).checks['service']).toEqual({ ready: false, reason: 'stopping' });
    await Promise.all([stopping, service.stop()]);
    expect(order).toEqual(['consumer', 'rest']);
  });

  it('closes the rest although a consumer fails to close, and reports the failure', async () => {
    let isClosed = false;
    const consumer = new SpecConsumer();
    consumer.close = () => {
      throw new Error('broker is gone');
    };
    const service = await start({
      consumers: { kafka: consumer },
      onStop: () => Promise.resolve(void (isClosed = true)),
    });
    await expect(service.stop()).rejects.toThrow('broker is gone');
    expect(isClosed).toBe(true);
  });

  it('gives up at its deadline', async () => {
    const service = await start({ stopDeadlineMs: 50, onStop: () => new Promise(() => undefined) });
    await expect(service.stop()).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });
});
