import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientKafka, EventPattern, Payload, Transport, type MicroserviceOptions } from '@nestjs/microservices';
import { Partitioners } from 'kafkajs';
import { pbxCallEvents } from '@perezvon/contracts';
import { lastValueFrom } from 'rxjs';
import { Column, DataSource, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { OUTPUT } from './broker.js';

/** What a straightforward Nest service does: its own Kafka transport, one message at a time, one save() per message. */

@Entity()
class SavedEvent {
  @PrimaryGeneratedColumn()
  id: number;

  @Column('jsonb')
  event: object;
}

const brokers = (process.env['KAFKA_BROKERS'] ?? '').split(',');
const url = process.env['DATABASE_URL'] ?? '';
const dataSource = await new DataSource({
  type: 'postgres',
  url,
  entities: [SavedEvent],
  synchronize: true,
  poolSize: 10,
}).initialize();
const producer = {
  createPartitioner: Partitioners.DefaultPartitioner,
};
const client = new ClientKafka({ client: { clientId: 'nest', brokers }, producer, producerOnlyMode: true });
await client.connect();

@Controller()
class Events {
  @EventPattern(pbxCallEvents.topic)
  async take(@Payload() event: object): Promise<void> {
    await dataSource.getRepository(SavedEvent).save({ event });
    await lastValueFrom(client.emit(OUTPUT.nest, { value: JSON.stringify(event) }));
  }
}

@Module({ controllers: [Events] })
class Service {}

const app = await NestFactory.createMicroservice<MicroserviceOptions>(Service, {
  transport: Transport.KAFKA,
  logger: false,
  options: {
    client: { clientId: 'nest', brokers },
    consumer: { groupId: 'bench-nest' },
    subscribe: { fromBeginning: true },
    run: { partitionsConsumedConcurrently: 3 },
  },
});
await app.listen();
process.once('SIGTERM', () => void app.close().finally(() => process.exit(0)));
