import { Body, Controller, Get, Put } from '@nestjs/common';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { AccountId, ForAccount } from '../access/access.js';
import { JournalRetention, leastDays, mostDays, type Retention } from './journal-retention.js';

class JournalRetentionDto {
  /** Null or absent: as long as the platform keeps calls. */
  @IsOptional()
  @IsInt()
  @Min(leastDays)
  @Max(mostDays)
  days: number | null = null;
}

@Controller('api/v1/accounts/:accountId/journal-retention')
@ForAccount('viewer')
export class JournalRetentionController {
  constructor(private readonly retention: JournalRetention) {}

  @Get()
  get(@AccountId() accountId: string): Promise<Retention> {
    return this.retention.get(accountId);
  }

  /** An administrator's: what is forgotten does not come back. */
  @Put()
  @ForAccount('account_admin')
  put(@AccountId() accountId: string, @Body() { days }: JournalRetentionDto): Promise<Retention> {
    return this.retention.put(accountId, days);
  }
}
