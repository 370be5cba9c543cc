import { Controller, Get, Headers, Res } from '@nestjs/common';
import { languageOf } from '@perezvon/service';
import { type Response } from 'express';
import { AccountId, ForAccount } from '../access/access.js';
import { healthInWords, type HealthSentence } from './health-words.js';
import { type AccountStatus, Status } from './status.js';

@Controller('api/v1/accounts/:accountId/status')
@ForAccount('viewer')
export class StatusController {
  constructor(private readonly status: Status) {}

  @Get()
  async get(
    @AccountId() accountId: string,
    @Headers('accept-language') acceptLanguage: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AccountStatus & { health: HealthSentence }> {
    const language = languageOf(acceptLanguage);
    response.set('Content-Language', language);
    const status = await this.status.of(accountId);
    return { ...status, health: healthInWords(status, language) };
  }
}
