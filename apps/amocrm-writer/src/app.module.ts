import { type DynamicModule, Module } from '@nestjs/common';
import { INTERNAL_API_KEY } from '@perezvon/service';
import { DataSource } from 'typeorm';
import { InternalController } from './http/internal.controller.js';
import { PortalStatusQuery } from './http/portal-status.js';
import { KafkaDoor } from './kafka/kafka-door.js';
import { TakeCommands } from './take-commands.js';
import { TakeSettings } from './take-settings.js';
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
      controllers: [KafkaDoor, InternalController],
      providers: [
        { provide: TakeCommands, useValue: writer.takeCommands },
        { provide: TakeSettings, useValue: writer.takeSettings },
        { provide: PortalStatusQuery, useValue: new PortalStatusQuery(dataSource, writer.portals) },
        { provide: INTERNAL_API_KEY, useValue: internalKey },
      ],
    };
  }
}
