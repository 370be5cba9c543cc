import {
  BadRequestException,
  Body,
  ConflictException,
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
import { effectState } from '@perezvon/contracts';
import { InternalApiGuard } from '@perezvon/service';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { EffectActions, type ActionOutcome } from '../operators/effect-actions.js';
import { listEffects, type EffectPage } from '../operators/effect-list.js';

const listQuery = z.object({
  state: effectState.optional(),
  portalId: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
});
const discardBody = z.object({ note: z.string().max(500).optional() });

/** What waits or is parked of an account, and what a person does about it. For the other services only. */
@Controller('internal/v1/accounts/:accountId/effects')
@UseGuards(InternalApiGuard)
export class EffectsController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly actions: EffectActions,
  ) {}

  @Get()
  async list(@Param('accountId') accountId: string, @Query() query: unknown): Promise<EffectPage> {
    return listEffects(this.dataSource, accountId, parsed(listQuery, query));
  }

  @Post(':effectId/retry')
  @HttpCode(204)
  async retry(
    @Param('accountId') accountId: string,
    @Param('effectId', ParseUUIDPipe) effectId: string,
  ): Promise<void> {
    answer(await this.actions.retry(accountId, effectId));
  }

  @Post(':effectId/discard')
  @HttpCode(204)
  async discard(
    @Param('accountId') accountId: string,
    @Param('effectId', ParseUUIDPipe) effectId: string,
    @Body() body: unknown,
  ): Promise<void> {
    const { note } = parsed(discardBody, body ?? {});
    answer(await this.actions.discard(accountId, effectId, note ?? null));
  }
}

function answer(outcome: ActionOutcome): void {
  if (outcome === 'not_found') throw new NotFoundException();
  if (outcome !== 'done') throw new ConflictException({ code: outcome });
}

function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (!result.success) throw new BadRequestException(z.prettifyError(result.error));
  return result.data;
}
