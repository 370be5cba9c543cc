import { type DynamicModule, Module } from '@nestjs/common';
import { INTERNAL_API_KEY } from '@perezvon/service';
import { DataSource } from 'typeorm';
import { EffectsController } from './http/effects.controller.js';
import { ParkedController } from './http/parked.controller.js';
import { PortalsController } from './http/portals.controller.js';
import { WebhooksController } from './http/webhooks.controller.js';
import { KafkaDoor } from './kafka/kafka-door.js';
import { EffectActions } from './operators/effect-actions.js';
import { ParkedEffectsQuery } from './operators/parked-effects.js';
import { PortalStatusQuery } from './operators/portal-status.js';
import { RefreshPortal } from './operators/refresh-portal.js';
import { LeavePortal } from './operators/leave-portal.js';
import { TestPortal } from './operators/test-portal.js';
import { TakeCommands } from './take-commands.js';
import { TakeSettings } from './take-settings.js';
import { TakeDisconnect } from './webhooks/take-disconnect.js';
import { TakeHint } from './webhooks/take-hint.js';
import { Writer } from './writer.js';

/** The doors: Kafka in, internal HTTP. What works behind them is the {@link Writer}. */
@Module({})
export class AppModule {
  static of({
    writer,
    dataSource,
    internalKey,
  }: {
    writer: Writer;
    dataSource: DataSource;
    internalKey: string;
  }): DynamicModule {
    return {
      module: AppModule,
      controllers: [KafkaDoor, PortalsController, EffectsController, WebhooksController, ParkedController],
      providers: [
        { provide: TakeCommands, useValue: writer.takeCommands },
        { provide: TakeSettings, useValue: writer.takeSettings },
        { provide: ParkedEffectsQuery, useValue: writer.parkedEffects },
        { provide: PortalStatusQuery, useValue: writer.portalStatus },
        { provide: RefreshPortal, useValue: writer.refreshPortal },
        { provide: TestPortal, useValue: writer.testPortal },
        { provide: LeavePortal, useValue: writer.leavePortal },
        { provide: EffectActions, useValue: writer.effectActions },
        { provide: TakeHint, useValue: writer.takeHint },
        { provide: TakeDisconnect, useValue: writer.takeDisconnect },
        { provide: DataSource, useValue: dataSource },
        { provide: INTERNAL_API_KEY, useValue: internalKey },
      ],
    };
  }
}
