import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { type RejectedItem, type ReplayOutcome } from '@perezvon/contracts';
import { AccountId, ForAccount } from '../access/access.js';
import { Accounts } from '../accounts/accounts.js';
import { type List } from '../http/list.js';
import { PageDto } from '../http/page.dto.js';
import { uuidOrNotFound } from '../http/uuid.js';
import { IngestClient } from './ingest-client.js';

/** PBX events that could not be taken, and why. */
@Controller('api/v1/accounts/:accountId/rejected')
@ForAccount('viewer')
export class RejectedController {
  constructor(
    private readonly accounts: Accounts,
    private readonly ingest: IngestClient,
  ) {}

  @Get()
  async list(@AccountId() accountId: string, @Query() { limit, cursor }: PageDto): Promise<List<RejectedItem>> {
    await this.accounts.get(accountId);
    return this.ingest.rejected(accountId, limit, cursor);
  }

  @Post(':rejectedId/replay')
  @HttpCode(200)
  @ForAccount('operator')
  async replay(
    @AccountId() accountId: string,
    @Param('rejectedId', uuidOrNotFound()) rejectedId: string,
  ): Promise<ReplayOutcome> {
    await this.accounts.get(accountId);
    return this.ingest.replay(accountId, rejectedId);
  }
}
