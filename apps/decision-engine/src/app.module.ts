import { Module, type DynamicModule } from '@nestjs/common';
import { Outbox, OutboxRelay } from '@perezvon/postgres';
import { DataSource } from 'typeorm';
import { AdvanceCalls } from './calls/advance-calls.js';
import { AwaitingCalls } from './calls/awaiting-calls.js';
import { CallsConsumer } from './calls/calls.consumer.js';
import { ClientsConsumer } from './directory/clients.consumer.js';
import { ResultsConsumer } from './directory/results.consumer.js';
import { PortalsConsumer } from './settings/portals.consumer.js';
import { SettingsCache } from './settings/settings-cache.js';
import { SettingsConsumer } from './settings/settings.consumer.js';

/** What is made outside and lives as long as the process. */
export interface Parts {
  readonly dataSource: DataSource;
  readonly relay: OutboxRelay;
  readonly clientFreshForSec: number;
}

/** The composition root: five consumers over one use case. */
@Module({})
export class AppModule {
  static of({ dataSource, relay, clientFreshForSec }: Parts): DynamicModule {
    const advanceCalls = new AdvanceCalls(dataSource, new Outbox(), relay, new SettingsCache(), clientFreshForSec);
    return {
      module: AppModule,
      controllers: [CallsConsumer, ClientsConsumer, ResultsConsumer, SettingsConsumer, PortalsConsumer],
      providers: [
        { provide: DataSource, useValue: dataSource },
        { provide: AdvanceCalls, useValue: advanceCalls },
        { provide: AwaitingCalls, useValue: new AwaitingCalls(dataSource) },
      ],
      exports: [AdvanceCalls, AwaitingCalls],
    };
  }
}
