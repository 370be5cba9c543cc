import { Module, type DynamicModule } from '@nestjs/common';
import { Outbox, OutboxRelay } from '@perezvon/postgres';
import { DataSource } from 'typeorm';
import { AdvanceCalls, type Point } from '../calls/advance-calls.js';
import { CallsToWake } from '../calls/calls-to-wake.js';
import { CallsConsumer } from '../calls/calls.consumer.js';
import { WakeCalls, type WakeLogger } from '../calls/wake-calls.js';
import { ClientsConsumer } from '../directory/clients.consumer.js';
import { ResultsConsumer } from '../directory/results.consumer.js';
import { PortalsConsumer } from '../settings/portals.consumer.js';
import { SettingsCache } from '../settings/settings-cache.js';
import { SettingsConsumer } from '../settings/settings.consumer.js';

/** What is made outside and lives as long as the thread. */
export interface StreamParts {
  readonly dataSource: DataSource;
  readonly relay: Pick<OutboxRelay, 'wake'>;
  readonly logger: WakeLogger;
  readonly clientFreshForSec: number;
  readonly at?: (point: Point) => void;
}

/** The composition root of the stream: five consumers over one use case. */
@Module({})
export class StreamModule {
  static of({ dataSource, relay, logger, clientFreshForSec, at }: StreamParts): DynamicModule {
    const clock = () => new Date();
    const settings = new SettingsCache();
    const advanceCalls = new AdvanceCalls(dataSource, new Outbox(), relay, settings, clientFreshForSec, clock, at);
    const callsToWake = new CallsToWake(dataSource);
    return {
      module: StreamModule,
      controllers: [CallsConsumer, ClientsConsumer, ResultsConsumer, SettingsConsumer, PortalsConsumer],
      providers: [
        { provide: DataSource, useValue: dataSource },
        { provide: AdvanceCalls, useValue: advanceCalls },
        { provide: CallsToWake, useValue: callsToWake },
        { provide: WakeCalls, useValue: new WakeCalls(callsToWake, advanceCalls, logger, clock) },
      ],
    };
  }
}
