import {
  BadRequestException,
  Controller,
  Get,
  HttpCode,
  NotFoundException,
  Param,
  ParseUUIDPipe,
  Post,
  Query,
  UseGuards,
} from '@nestjs/common';
import { type ReplayOutcome, type SourceActivity } from '@perezvon/contracts';
import { InternalApiGuard } from '@perezvon/service';
import { DataSource } from 'typeorm';
import { LastEvents } from '../activity/last-events.js';
import { countHeld } from '../held/held-deliveries.js';
import { RejectedEvents, type RejectedPage } from '../rejected/rejected-events.js';
import { ReplayRejected } from '../rejected/replay-rejected.js';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

/** For the other services only (libs/contracts, internal-ingest.ts); the operator's API is settings-api's. */
@Controller('internal/v1/accounts/:accountId')
@UseGuards(InternalApiGuard)
export class InternalController {
  constructor(
    private readonly rejectedEvents: RejectedEvents,
    private readonly replayRejected: ReplayRejected,
    private readonly lastEvents: LastEvents,
    private readonly dataSource: DataSource,
  ) {}

  @Get('rejected')
  async rejected(
    @Param('accountId') accountId: string,
    @Query('limit') limit: string | undefined,
    @Query('cursor') cursor: string | undefined,
  ): Promise<RejectedPage> {
    try {
      return await this.rejectedEvents.list(accountId, limitOf(limit), cursor ?? null);
    } catch (error) {
      throw error instanceof RangeError ? new BadRequestException(error.message) : error;
    }
  }

  @Post('rejected/:rejectedId/replay')
  @HttpCode(200)
  async replay(
    @Param('accountId') accountId: string,
    @Param('rejectedId', ParseUUIDPipe) rejectedId: string,
  ): Promise<ReplayOutcome> {
    const outcome = await this.replayRejected.replay(accountId, rejectedId);
    if (outcome === null) throw new NotFoundException();
    return outcome;
  }

  @Get('activity')
  async activity(@Param('accountId') accountId: string): Promise<SourceActivity> {
    const [lastEvents, held] = await Promise.all([
      this.lastEvents.of(accountId),
      countHeld(this.dataSource, accountId),
    ]);
    return { lastEvents, held: { count: held.count, oldestAt: held.oldestAt } };
  }
}

function limitOf(text: string | undefined): number {
  const limit = Number(text ?? DEFAULT_LIMIT);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new BadRequestException(`limit is a whole number from 1 to ${MAX_LIMIT}`);
  }
  return limit;
}
