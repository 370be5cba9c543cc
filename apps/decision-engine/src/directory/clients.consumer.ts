import { Controller } from '@nestjs/common';
import { clients, type Client } from '@perezvon/contracts';
import { Consumes, type MessageBatch } from '@perezvon/kafka';
import { inTransaction } from '@perezvon/postgres';
import { DataSource } from 'typeorm';
import { CallsToWake } from '../calls/calls-to-wake.js';
import { WakeCalls } from '../calls/wake-calls.js';
import { observeClients } from './client-directory.js';

/**
 * `crm.clients.v1` → the directory, then the calls that waited for it. Two transactions, because calls are locked before
 * clients; a crash between them repeats the batch, and the second look is the same as the first.
 */
@Controller()
export class ClientsConsumer {
  constructor(
    private readonly dataSource: DataSource,
    private readonly callsToWake: CallsToWake,
    private readonly wakeCalls: WakeCalls,
  ) {}

  @Consumes(clients, { tombstones: true })
  async handle(batch: MessageBatch<Client | null>): Promise<void> {
    const seen = batch.messages.map((message) => message.value).filter((client) => client !== null);
    if (seen.length === 0) return;
    await inTransaction(this.dataSource, (tx) => observeClients(tx, seen));
    await this.wakeCalls.all(await this.callsToWake.forClients(seen));
  }
}
