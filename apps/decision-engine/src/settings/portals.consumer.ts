import { Controller } from '@nestjs/common';
import { portals, type Portal } from '@perezvon/contracts';
import { Consumes, type MessageBatch } from '@perezvon/kafka';
import { inTransaction } from '@perezvon/postgres';
import { DataSource } from 'typeorm';
import { CallsToWake } from '../calls/calls-to-wake.js';
import { WakeCalls } from '../calls/wake-calls.js';
import { storePortals } from './account-settings.js';

/** `crm.portals.v1` → the lane of each portal, then the calls that waited for one. */
@Controller()
export class PortalsConsumer {
  constructor(
    private readonly dataSource: DataSource,
    private readonly callsToWake: CallsToWake,
    private readonly wakeCalls: WakeCalls,
  ) {}

  @Consumes(portals, { tombstones: true })
  async handle(batch: MessageBatch<Portal | null>): Promise<void> {
    const seen = batch.messages.map((message) => message.value).filter((portal) => portal !== null);
    if (seen.length === 0) return;
    await inTransaction(this.dataSource, (tx) => storePortals(tx, seen));
    const reachable = seen.filter((portal) => portal.lane !== null).map((portal) => portal.portalId);
    await this.wakeCalls.all(await this.callsToWake.forPortals(reachable));
  }
}
