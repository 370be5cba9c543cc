import { Controller, Get, Param, UseGuards } from '@nestjs/common';
import type { WaitingCalls } from '@perezvon/contracts';
import { InternalApiGuard } from '@perezvon/service';
import { DataSource } from 'typeorm';
import { countWaiting } from '../calls/count-waiting.js';

/** For the other services only (libs/contracts, internal-engine.ts). */
@Controller('internal/v1/accounts/:accountId')
@UseGuards(InternalApiGuard)
export class InternalController {
  constructor(private readonly dataSource: DataSource) {}

  @Get('waiting')
  async waiting(@Param('accountId') accountId: string): Promise<WaitingCalls> {
    return { waiting: await countWaiting(this.dataSource, accountId) };
  }
}
