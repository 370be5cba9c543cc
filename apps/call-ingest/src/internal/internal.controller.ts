import {
  BadRequestException,
  Body,
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
import { callToPull, type PullOutcome, type ReplayOutcome, type SourceActivity } from '@perezvon/contracts';
import { InternalApiGuard } from '@perezvon/service';
import { DataSource } from 'typeorm';
import { AccountDirectory } from '../accounts/account-directory.js';
import { LastEvents } from '../activity/last-events.js';
import { countHeld } from '../held/held-deliveries.js';
import { PullReports } from '../pull/pull-reports.js';
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
    private readonly directory: AccountDirectory,
    private readonly pullReports: PullReports,
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

  @Post('pull')
  @HttpCode(200)
  async pull(@Param('accountId') accountId: string, @Body() body: unknown): Promise<PullOutcome> {
    const asked = callToPull.safeParse(body);
    if (!asked.success) throw new BadRequestException('the body is not a call to pull');
    const { source, sourceInstance, callId } = asked.data;
    const from = this.directory.sourceOf(accountId, source, sourceInstance);
    return { outcome: from === undefined ? 'cannot_ask' : await this.pullReports.callEnded(from, callId) };
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
