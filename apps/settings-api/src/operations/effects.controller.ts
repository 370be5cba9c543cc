import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query } from '@nestjs/common';
import { type EffectState, effectState, type WaitingEffect } from '@perezvon/contracts';
import { languageOf } from '@perezvon/service';
import { IsIn, IsOptional, IsString, IsUUID, MaxLength } from 'class-validator';
import { AccountId, ForAccount } from '../access/access.js';
import { Accounts } from '../accounts/accounts.js';
import { type List } from '../http/list.js';
import { PageDto } from '../http/page.dto.js';
import { uuidOrNotFound } from '../http/uuid.js';
import { effectNames, effectStates, writerReason } from '../journal/effect-words.js';
import { WriterClient } from './writer-client.js';

class EffectSearchDto extends PageDto {
  @IsOptional()
  @IsIn(effectState.options)
  state?: EffectState;

  @IsOptional()
  @IsUUID()
  portal?: string;
}

class DiscardDto {
  /** Why, for the journal. */
  @IsOptional()
  @IsString()
  @MaxLength(150)
  note?: string;
}

type EffectView = WaitingEffect & { readonly text: string };

/** What waits for amoCRM or stopped, and why (R11). */
@Controller('api/v1/accounts/:accountId/effects')
@ForAccount('viewer')
export class EffectsController {
  constructor(
    private readonly accounts: Accounts,
    private readonly writer: WriterClient,
  ) {}

  @Get()
  async list(
    @AccountId() accountId: string,
    @Query() { state, portal: portalId, limit, cursor }: EffectSearchDto,
    @Headers('accept-language') acceptLanguage: string | undefined,
  ): Promise<List<EffectView>> {
    await this.accounts.get(accountId);
    const language = languageOf(acceptLanguage);
    const { items, nextCursor } = await this.writer.effects(accountId, { state, portalId, limit, cursor });
    const textOf = ({ effect, state: now, reason }: WaitingEffect): string =>
      [
        `${effectNames[effect][language]}: ${effectStates[now][language]}`,
        ...(reason === null ? [] : [writerReason(reason)[language]]),
      ].join(' · ');
    return { items: items.map((item) => ({ ...item, text: textOf(item) })), nextCursor };
  }

  @Post(':effectId/retry')
  @HttpCode(204)
  @ForAccount('operator')
  async retry(@AccountId() accountId: string, @Param('effectId', uuidOrNotFound()) effectId: string): Promise<void> {
    await this.accounts.get(accountId);
    await this.writer.retry(accountId, effectId);
  }

  /** Its dependants go with it: a deal whose contact was discarded has nobody to belong to. */
  @Post(':effectId/discard')
  @HttpCode(204)
  @ForAccount('operator')
  async discard(
    @AccountId() accountId: string,
    @Param('effectId', uuidOrNotFound()) effectId: string,
    @Body() { note }: DiscardDto,
  ): Promise<void> {
    await this.accounts.get(accountId);
    await this.writer.discard(accountId, effectId, note);
  }
}
