import { Controller, Get, Headers, Res } from '@nestjs/common';
import { languageOf } from '@perezvon/service';
import { type Response } from 'express';
import { AccountId, ForAccount } from '../access/access.js';
import {
  type CallsWithoutEndView,
  waitingInWords,
  type WaitingCallsView,
  withoutEndInWords,
} from './call-conditions.js';
import { type Condition, conditionsOf, parkedConditions } from './conditions.js';
import { healthInWords, type HealthSentence } from './health-words.js';
import { type AccountStatus, type PortalHealth, Status } from './status.js';

interface StatusView extends Omit<AccountStatus, 'portals' | 'parked' | 'waitingCalls' | 'callsWithoutEnd'> {
  readonly portals: readonly (PortalHealth & { readonly conditions: readonly Condition[] })[];
  readonly parked: readonly Condition[];
  readonly waitingCalls: readonly WaitingCallsView[] | null;
  readonly callsWithoutEnd: CallsWithoutEndView | null;
  readonly health: HealthSentence;
}

@Controller('api/v1/accounts/:accountId/status')
@ForAccount('viewer')
export class StatusController {
  constructor(private readonly status: Status) {}

  @Get()
  async get(
    @AccountId() accountId: string,
    @Headers('accept-language') acceptLanguage: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StatusView> {
    const language = languageOf(acceptLanguage);
    response.set('Content-Language', language);
    const status = await this.status.of(accountId);
    return {
      ...status,
      portals: status.portals.map((portal) => ({
        ...portal,
        conditions: portal.status === null ? [] : conditionsOf(portal.status, language),
      })),
      parked: parkedConditions(status.parked ?? [], language),
      waitingCalls: status.waitingCalls === null ? null : waitingInWords(status.waitingCalls, language),
      callsWithoutEnd: status.callsWithoutEnd === null ? null : withoutEndInWords(status.callsWithoutEnd, language),
      health: healthInWords(status, language),
    };
  }
}
