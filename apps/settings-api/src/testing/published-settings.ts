import { randomUUID } from 'node:crypto';
import { Controller, type INestMicroservice, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type Settings, settings } from '@perezvon/contracts';
import { Consumes, KafkaStrategy, type MessageBatch } from '@perezvon/kafka';
import { createLogger, NestLogger } from '@perezvon/service';
import { eventually } from './eventually.js';

/** Reads `settings.v1` from its beginning, as the services downstream do. */
export class PublishedSettings {
  private static readonly all = new Map<string, (Settings | null)[]>();
  private app: INestMicroservice | undefined;

  async start(brokers: readonly string[]): Promise<void> {
    const { all } = PublishedSettings;
    @Controller()
    class Reader {
      @Consumes(settings, { tombstones: true })
      read(batch: MessageBatch<Settings | null>): Promise<void> {
        for (const { key, value } of batch.messages) {
          if (key === null) throw new Error('a settings.v1 record has no key');
          all.set(key, [...(all.get(key) ?? []), value]);
        }
        return Promise.resolve();
      }
    }
    @Module({ controllers: [Reader] })
    class ReaderModule {}

    const logger = createLogger({ service: 'spec-reader', level: 'silent' });
    const strategy = new KafkaStrategy({
      connection: { brokers, clientId: 'spec-reader' },
      groupId: `spec-reader-${randomUUID()}`,
      logger,
      onCannotConsume: (error) => {
        throw error;
      },
    });
    this.app = await NestFactory.createMicroservice(ReaderModule, { strategy, logger: new NestLogger(logger) });
    await this.app.listen();
  }

  /** Every document of the account so far, tombstones as null, in the order of the topic. */
  of(accountId: string): readonly (Settings | null)[] {
    return PublishedSettings.all.get(accountId) ?? [];
  }

  /** Waits until the account's newest document satisfies the condition, and gives it. */
  async newest(
    accountId: string,
    holds: (document: Settings | null) => boolean = () => true,
  ): Promise<Settings | null> {
    await eventually(() => {
      const documents = this.of(accountId);
      return documents.length > 0 && holds(documents.at(-1) ?? null);
    });
    return this.of(accountId).at(-1) ?? null;
  }

  async stop(): Promise<void> {
    await this.app?.close();
  }
}
