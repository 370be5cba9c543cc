import { type DynamicModule, Module } from '@nestjs/common';
import { SourceLimiter } from '@perezvon/service';
import { DataSource } from 'typeorm';
import { AccountDirectory } from './accounts/account-directory.js';
import { PbxController } from './http/pbx.controller.js';
import { DurableStore } from './http/store-durably.js';
import { IngestMetrics } from './ingest-metrics.js';
import { IntakeProducer } from './kafka/intake-producer.js';
import { KafkaDoor } from './kafka/kafka-door.js';
import { RouteClient } from './routing/route-client.js';

export interface AppParts {
  readonly dataSource: DataSource;
  readonly directory: AccountDirectory;
  readonly producer: IntakeProducer;
  readonly durable: DurableStore;
  readonly limiter: SourceLimiter;
  readonly metrics: IngestMetrics;
  readonly routes: RouteClient;
}

/** Both doors and what they share. */
@Module({})
export class AppModule {
  static of(parts: AppParts): DynamicModule {
    return {
      module: AppModule,
      controllers: [PbxController, KafkaDoor],
      providers: [
        { provide: DataSource, useValue: parts.dataSource },
        { provide: AccountDirectory, useValue: parts.directory },
        { provide: IntakeProducer, useValue: parts.producer },
        { provide: DurableStore, useValue: parts.durable },
        { provide: SourceLimiter, useValue: parts.limiter },
        { provide: IngestMetrics, useValue: parts.metrics },
        { provide: RouteClient, useValue: parts.routes },
      ],
    };
  }
}
