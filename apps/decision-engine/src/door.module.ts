import { Module, type DynamicModule } from '@nestjs/common';
import type { OutboxRelay } from '@perezvon/postgres';
import { INTERNAL_API_KEY, SourceLimiter } from '@perezvon/service';
import { DataSource } from 'typeorm';
import { InternalController } from './internal/internal.controller.js';
import { SettingsCache } from './settings/settings-cache.js';
import { AnswerRoutes } from './routing/answer-routes.js';
import { KeepAnswers } from './routing/keep-answers.js';
import { PbxSources } from './routing/pbx-sources.js';
import { PortalUsers } from './routing/portal-users.js';
import { ROUTE_LOGGER, type RouteLogger } from './routing/route-logger.js';
import { RouteController } from './routing/route.controller.js';

/** What is made outside and lives as long as the process. */
export interface DoorParts {
  /** The door's own connections. */
  readonly dataSource: DataSource;
  readonly relay: Pick<OutboxRelay, 'wake'>;
  readonly logger: RouteLogger;
  readonly internalKey: string;
  readonly clientFreshForSec: number;
  readonly routesPerSecond: number;
}

/** The composition root of the HTTP door: the personal manager's questions, and what other services ask. */
@Module({})
export class DoorModule {
  static of({ dataSource, relay, logger, clientFreshForSec, ...parts }: DoorParts): DynamicModule {
    const [settings, users] = [new SettingsCache(), new PortalUsers()];
    const keep = new KeepAnswers(dataSource, relay);
    const answers = new AnswerRoutes(dataSource, keep, settings, users, clientFreshForSec, logger);
    return {
      module: DoorModule,
      controllers: [RouteController, InternalController],
      providers: [
        { provide: DataSource, useValue: dataSource },
        { provide: AnswerRoutes, useValue: answers },
        { provide: PbxSources, useValue: new PbxSources(dataSource) },
        { provide: SourceLimiter, useValue: new SourceLimiter(parts.routesPerSecond) },
        { provide: INTERNAL_API_KEY, useValue: parts.internalKey },
        { provide: ROUTE_LOGGER, useValue: logger },
      ],
    };
  }
}
