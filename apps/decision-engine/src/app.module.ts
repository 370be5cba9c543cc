import { Module, type DynamicModule } from '@nestjs/common';
import { Outbox, OutboxRelay } from '@perezvon/postgres';
import { INTERNAL_API_KEY, SourceLimiter } from '@perezvon/service';
import { DataSource } from 'typeorm';
import { AdvanceCalls, type Point } from './calls/advance-calls.js';
import { AwaitingCalls } from './calls/awaiting-calls.js';
import { CallsConsumer } from './calls/calls.consumer.js';
import { ClientsConsumer } from './directory/clients.consumer.js';
import { ResultsConsumer } from './directory/results.consumer.js';
import { AnswerRoutes } from './routing/answer-routes.js';
import { PbxSources } from './routing/pbx-sources.js';
import { PortalUsers } from './routing/portal-users.js';
import { ROUTE_LOGGER, RouteController, type RouteLogger } from './routing/route.controller.js';
import { PortalsConsumer } from './settings/portals.consumer.js';
import { SettingsCache } from './settings/settings-cache.js';
import { SettingsConsumer } from './settings/settings.consumer.js';

/** What is made outside and lives as long as the process. */
export interface Parts {
  readonly dataSource: DataSource;
  /** The routing door's own connections: the stream may have taken all of the others (R13). */
  readonly routingDataSource: DataSource;
  readonly relay: Pick<OutboxRelay, 'wake'>;
  readonly logger: RouteLogger;
  readonly internalKey: string;
  readonly clientFreshForSec: number;
  readonly routesPerSecond: number;
  readonly at?: (point: Point) => void;
}

/** The composition root: five consumers over one use case, and the personal manager's door. */
@Module({})
export class AppModule {
  static of(parts: Parts): DynamicModule {
    const { dataSource, routingDataSource, relay, clientFreshForSec } = parts;
    const settings = new SettingsCache();
    const clock = () => new Date();
    const outbox = new Outbox();
    const advanceCalls = new AdvanceCalls(dataSource, outbox, relay, settings, clientFreshForSec, clock, parts.at);
    const answerRoutes = new AnswerRoutes(routingDataSource, relay, settings, new PortalUsers(), clientFreshForSec);
    return {
      module: AppModule,
      controllers: [
        CallsConsumer,
        ClientsConsumer,
        ResultsConsumer,
        SettingsConsumer,
        PortalsConsumer,
        RouteController,
      ],
      providers: [
        { provide: DataSource, useValue: dataSource },
        { provide: AdvanceCalls, useValue: advanceCalls },
        { provide: AwaitingCalls, useValue: new AwaitingCalls(dataSource) },
        { provide: AnswerRoutes, useValue: answerRoutes },
        { provide: PbxSources, useValue: new PbxSources(routingDataSource) },
        { provide: SourceLimiter, useValue: new SourceLimiter(parts.routesPerSecond) },
        { provide: INTERNAL_API_KEY, useValue: parts.internalKey },
        { provide: ROUTE_LOGGER, useValue: parts.logger },
      ],
      exports: [AdvanceCalls, AwaitingCalls],
    };
  }
}
