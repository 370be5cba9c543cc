import { Controller, Headers, HttpCode, Param, Post } from '@nestjs/common';
import { languageOf } from '@perezvon/service';
import { AccountId, ForAccount } from '../access/access.js';
import { uuidOrNotFound } from '../http/uuid.js';
import { Portals } from '../portals/portals.js';
import { checkInWords, type CheckView, testInWords } from './connection-words.js';
import { WriterClient } from './writer-client.js';

interface ConnectionView {
  readonly ok: boolean;
  /** The result in one sentence. */
  readonly text: string;
  readonly checks: readonly CheckView[];
}

/** What is asked of amoCRM at once, through the writer: only it calls amoCRM's API. */
@Controller('api/v1/accounts/:accountId/portals/:portalId')
@ForAccount('operator')
export class PortalOperationsController {
  constructor(
    private readonly portals: Portals,
    private readonly writer: WriterClient,
  ) {}

  @Post('test')
  @HttpCode(200)
  async test(
    @AccountId() accountId: string,
    @Param('portalId', uuidOrNotFound()) portalId: string,
    @Headers('accept-language') acceptLanguage: string | undefined,
  ): Promise<ConnectionView> {
    await this.portals.get(accountId, portalId);
    const language = languageOf(acceptLanguage);
    const test = await this.writer.test(portalId);
    return {
      ok: test.checks.every((check) => check.outcome !== 'failed'),
      text: testInWords(test, language),
      checks: test.checks.map((check) => checkInWords(check, language)),
    };
  }

  /** The new copy appears at `/crm` when it has been read: seconds later. */
  @Post('crm/refresh')
  @HttpCode(202)
  async refresh(@AccountId() accountId: string, @Param('portalId', uuidOrNotFound()) portalId: string): Promise<void> {
    await this.portals.get(accountId, portalId);
    await this.writer.refresh(portalId);
  }
}
