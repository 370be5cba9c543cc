import { type DynamicModule, Module } from '@nestjs/common';
import { INTERNAL_API_KEY, SourceLimiter } from '@perezvon/service';
import { DataSource } from 'typeorm';
import { AccountDirectory } from './accounts/account-directory.js';
import { LastEvents } from './activity/last-events.js';
import { PbxController } from './http/pbx.controller.js';
import { DurableStore } from './http/store-durably.js';
import { IngestMetrics } from './ingest-metrics.js';
import { IntakeProducer } from './kafka/intake-producer.js';
import { InternalController } from './internal/internal.controller.js';
import { KafkaDoor } from './kafka/kafka-door.js';
import { RejectedConsumer } from './rejected/rejected.consumer.js';
import { RejectedEvents } from './rejected/rejected-events.js';
import { ReplayRejected } from './rejected/replay-rejected.js';
import { RouteClient } from './routing/route-client.js';

export interface AppParts {
  readonly dataSource: DataSource;
  readonly directory: AccountDirectory;
  readonly producer: IntakeProducer;
  readonly durable: DurableStore;
  readonly limiter: SourceLimiter;
  readonly metrics: IngestMetrics;
  readonly routes: RouteClient;
  readonly lastEvents: LastEvents;
  readonly rejectedEvents: RejectedEvents;
  readonly replayRejected: ReplayRejected;
  readonly internalKey: string;
}

/** Both doors and what they share. */
@Module({})
export class AppModule {
  static of(parts: AppParts): DynamicModule {
    return {
      module: AppModule,
      controllers: [PbxController, InternalController, KafkaDoor, RejectedConsumer],
      providers: [
        { provide: DataSource, useValue: parts.dataSource },
        { provide: AccountDirectory, useValue: parts.directory },
        { provide: IntakeProducer, useValue: parts.producer },
        { provide: DurableStore, useValue: parts.durable },
        { provide: SourceLimiter, useValue: parts.limiter },
        { provide: IngestMetrics, useValue: parts.metrics },
        { provide: RouteClient, useValue: parts.routes },
        { provide: LastEvents, useValue: parts.lastEvents },
        { provide: RejectedEvents, useValue: parts.rejectedEvents },
        { provide: ReplayRejected, useValue: parts.replayRejected },
        { provide: INTERNAL_API_KEY, useValue: parts.internalKey },
      ],
    };
  }
}
