import { createLogger, Metrics, startService, type RunningService } from '@perezvon/service';
import type { DataSource } from 'typeorm';
import { DoorModule, type DoorParts } from '../door.module.js';
import { answerUnreadableQuestions } from '../routing/unreadable-questions.js';

export const INTERNAL_KEY = 'internal-key-of-the-spec';

/** The personal manager's door over a spec's database, as the service opens it. */
export function startRoutingDoor(dataSource: DataSource, more: Partial<DoorParts> = {}): Promise<RunningService> {
  return startService({
    rawBody: true,
    name: 'routing-spec',
    module: DoorModule.of({
      dataSource,
      relay: { wake: () => undefined },
      logger: { warn: () => undefined },
      internalKey: INTERNAL_KEY,
      clientFreshForSec: 60,
      routesPerSecond: 1_000,
      ...more,
    }),
    port: 0,
    logger: createLogger({ service: 'routing-spec', level: 'silent' }),
    metrics: new Metrics('routing-spec'),
    configure: answerUnreadableQuestions,
  });
}
