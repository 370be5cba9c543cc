import { Controller, Get, Headers, Param, Query, Res } from '@nestjs/common';
import { type CallDirection, callEventSchema, type CallOutcome, decisionSchema } from '@perezvon/contracts';
import { parsePhone } from '@perezvon/phone';
import { languageOf } from '@perezvon/service';
import { Type } from 'class-transformer';
import { IsDate, IsIn, IsInt, IsOptional, IsString, Max, MaxDate, MaxLength, Min, MinDate } from 'class-validator';
import { type Response } from 'express';
import { AccountId, ForAccount } from '../access/access.js';
import { type List } from '../http/list.js';
import { uuidOrNotFound } from '../http/uuid.js';
import { type JournalState, journalStates } from './journal-call.js';
import { type CallLine, Journal, localised } from './journal.js';
import { type CallTotals, JournalTotals } from './journal-totals.js';

/** What both a date of ours and one of PostgreSQL can hold. */
const earliest = new Date('1970-01-01');
const latest = new Date('9999-01-01');

class CallSearchDto {
  /** ISO 8601; calls that began then or later. */
  @IsOptional()
  @Type(() => Date)
  @IsDate()
  @MinDate(earliest)
  @MaxDate(latest)
  from?: Date;

  /** ISO 8601; calls that began earlier. */
  @IsOptional()
  @Type(() => Date)
  @IsDate()
  @MinDate(earliest)
  @MaxDate(latest)
  to?: Date;

  /** In any spelling. */
  @IsOptional()
  @IsString()
  @MaxLength(50)
  phone?: string;

  @IsOptional()
  @IsIn(callEventSchema.shape.direction.options)
  direction?: CallDirection;

  @IsOptional()
  @IsIn(decisionSchema.shape.outcome.unwrap().options)
  outcome?: CallOutcome;

  @IsOptional()
  @IsIn(journalStates)
  state?: JournalState;

  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(500)
  limit = 50;

  @IsOptional()
  @IsString()
  @MaxLength(200)
  cursor = '';
}

class TotalsDto {
  /** ISO 8601; calls that began then or later, such as the reader's midnight. */
  @Type(() => Date)
  @IsDate()
  @MinDate(earliest)
  @MaxDate(latest)
  from!: Date;

  /** ISO 8601; calls that began earlier. At most 32 days after `from`. */
  @IsOptional()
  @Type(() => Date)
  @IsDate()
  @MinDate(earliest)
  @MaxDate(latest)
  to?: Date;
}

@Controller('api/v1/accounts/:accountId/calls')
@ForAccount('viewer')
export class JournalController {
  constructor(
    private readonly journal: Journal,
    private readonly journalTotals: JournalTotals,
  ) {}

  @Get()
  search(@AccountId() accountId: string, @Query() query: CallSearchDto): Promise<List<CallLine>> {
    const { limit, cursor, from, to, phone, direction: way, outcome: end, state } = query;
    const search = {
      from: from?.toISOString() ?? null,
      to: to?.toISOString() ?? null,
      phone: phone === undefined || phone.trim() === '' ? null : (parsePhone(phone).e164 ?? phone.trim()),
      direction: way ?? null,
      outcome: end ?? null,
      state: state ?? null,
    };
    return this.journal.search(accountId, search, limit, cursor);
  }

  @Get('totals')
  totals(@AccountId() accountId: string, @Query() { from, to }: TotalsDto): Promise<CallTotals> {
    return this.journalTotals.of(accountId, from.toISOString(), to?.toISOString() ?? null);
  }

  @Get(':callId')
  async story(
    @AccountId() accountId: string,
    @Param('callId', uuidOrNotFound()) callId: string,
    @Headers('accept-language') acceptLanguage: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReturnType<typeof localised>> {
    const language = languageOf(acceptLanguage);
    response.set('Content-Language', language);
    return localised(await this.journal.story(accountId, callId), language);
  }
}
