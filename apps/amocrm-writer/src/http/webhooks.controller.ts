import {
  Body,
  Controller,
  Get,
  HttpCode,
  HttpException,
  NotFoundException,
  Param,
  ParseUUIDPipe,
  Post,
  Query,
} from '@nestjs/common';
import { z } from 'zod';
import { TakeDisconnect } from '../webhooks/take-disconnect.js';
import { TakeHint } from '../webhooks/take-hint.js';

const form = z.record(z.string(), z.unknown()).catch({});
const disconnect = z.object({
  account_id: z.string().max(20),
  client_uuid: z.string().max(100),
  signature: z.string().max(200),
});

/** The public door for amoCRM itself. Whoever is not amoCRM learns nothing, not even which portals there are. */
@Controller('v1/amocrm/:portalId')
export class WebhooksController {
  constructor(
    private readonly takeHint: TakeHint,
    private readonly takeDisconnect: TakeDisconnect,
  ) {}

  /** Within amoCRM's 2 s: stored, and read afterwards. */
  @Post(':secret')
  @HttpCode(204)
  async changed(
    @Param('portalId') portalId: string,
    @Param('secret') secret: string,
    @Body() body: unknown,
  ): Promise<void> {
    const outcome = await this.takeHint.execute(portalId, secret, Object.keys(form.parse(body)));
    if (outcome === 'unknown') throw new NotFoundException();
    if (outcome === 'too_many') throw new HttpException('Too Many Requests', 429);
  }

  @Get('disconnected')
  @HttpCode(204)
  async disconnected(
    @Param('portalId', new ParseUUIDPipe({ exceptionFactory: () => new NotFoundException() })) portalId: string,
    @Query() query: unknown,
  ): Promise<void> {
    const hook = disconnect.safeParse(query);
    if (!hook.success) throw new NotFoundException();
    const { account_id: accountId, client_uuid: clientUuid, signature } = hook.data;
    const isTaken = await this.takeDisconnect.execute(portalId, { accountId, clientUuid, signature });
    if (!isTaken) throw new NotFoundException();
  }
}
