import { randomUUID } from 'node:crypto';
import { Controller, type INestMicroservice, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type ConsumeOptions, Consumes, ConsumesRaw } from '../../consumes.js';
import { KafkaStrategy, type KafkaStrategyOptions } from '../../kafka-strategy.js';
import { type MessageBatch } from '../../message.js';
import { type Cluster, type Item, itemContract, specLogger } from './cluster.js';

/** Short times, so that a spec sees the second attempt soon; the session is the shortest that a broker allows. */
export const quickTuning = {
  sessionTimeoutMs: 6_000,
  rebalanceTimeoutMs: 10_000,
  heartbeatIntervalMs: 300,
  maxWaitMs: 50,
  holdMs: 50,
  retryInitialMs: 20,
  retryMaxMs: 100,
};

export interface SpecService {
  readonly strategy: KafkaStrategy;
  readonly groupId: string;
  stop(): Promise<void>;
}

type Overrides = Partial<KafkaStrategyOptions> & {
  readonly consume?: ConsumeOptions & { readonly tombstones?: boolean };
};

/** A Nest microservice as a real one is made, with one handler for parsed items. */
export async function startService(
  cluster: Cluster,
  topic: string,
  handler: (batch: MessageBatch<Item | null>) => Promise<void>,
  { consume = {}, ...overrides }: Overrides = {},
): Promise<SpecService> {
  class Items {
    async onItems(batch: MessageBatch<Item | null>): Promise<void> {
      await handler(batch);
    }
  }
  const { tombstones = false, ...options } = consume;
  const decorate = Consumes(itemContract(topic), { ...options, tombstones: true });
  const strict = Consumes(itemContract(topic), options);
  mark(Items, 'onItems', tombstones ? decorate : (strict as typeof decorate));
  return start(cluster, Items, overrides);
}

/** The same with a handler for bytes. */
export async function startRawService(
  cluster: Cluster,
  topic: string,
  handler: (batch: MessageBatch<Buffer>) => Promise<void>,
  overrides: Partial<KafkaStrategyOptions> = {},
): Promise<SpecService> {
  class Bytes {
    async onBytes(batch: MessageBatch<Buffer>): Promise<void> {
      await handler(batch);
    }
  }
  mark(Bytes, 'onBytes', ConsumesRaw(topic));
  return start(cluster, Bytes, overrides);
}

type Decorate<T> = (
  target: object,
  name: string,
  descriptor: TypedPropertyDescriptor<(batch: MessageBatch<T>) => Promise<void>>,
) => void;

/** What `@decorate` before the method would do; the topic is only known here. */
function mark<T>(controller: new () => object, method: string, decorate: Decorate<T>): void {
  const prototype = controller.prototype as object;
  const descriptor = Object.getOwnPropertyDescriptor(prototype, method);
  if (descriptor === undefined) throw new Error(`no method ${method}`);
  decorate(prototype, method, descriptor);
  Controller()(controller);
}

async function start(
  cluster: Cluster,
  controller: new () => object,
  overrides: Partial<KafkaStrategyOptions>,
): Promise<SpecService> {
  class SpecModule {}
  Module({ controllers: [controller] })(SpecModule);
  const groupId = overrides.groupId ?? `spec-${randomUUID()}`;
  const strategy = new KafkaStrategy({
    connection: cluster.connection,
    logger: specLogger,
    onCannotConsume: (error) => {
      throw error;
    },
    ...overrides,
    groupId,
    tuning: { ...quickTuning, ...overrides.tuning },
  });
  const app: INestMicroservice = await NestFactory.createMicroservice(SpecModule, { strategy, logger: ['error'] });
  await app.listen();
  return { strategy, groupId, stop: () => app.close() };
}
