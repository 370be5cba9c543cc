import { Controller, Get, Param, UseGuards } from '@nestjs/common';
import type { ParkedEffects } from '@perezvon/contracts';
import { InternalApiGuard } from '@perezvon/service';
import { ParkedEffectsQuery } from '../operators/parked-effects.js';

/** For the other services only: what of an account waits for a person. */
@Controller('internal/v1/accounts/:accountId/parked')
@UseGuards(InternalApiGuard)
export class ParkedController {
  constructor(private readonly parked: ParkedEffectsQuery) {}

  @Get()
  async list(@Param('accountId') accountId: string): Promise<ParkedEffects> {
    return this.parked.of(accountId);
  }
}
