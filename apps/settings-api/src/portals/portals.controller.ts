import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { type Portal } from '@perezvon/contracts';
import { IsBoolean, IsIn, IsOptional, IsString, MaxLength, MinLength } from 'class-validator';
import { AccountId, ForAccount } from '../access/access.js';
import { type List, wholeList } from '../http/list.js';
import { uuidOrNotFound } from '../http/uuid.js';
import { IfGiven } from '../http/validation.js';
import { CrmCopies } from './crm-copies.js';
import { PortalMoves } from './portal-moves.js';
import { Portals, type PortalView } from './portals.js';

class EditPortalDto {
  @IsOptional()
  @IsString()
  @MaxLength(200)
  name?: string | null;

  @IfGiven()
  @IsString()
  @MinLength(1)
  @MaxLength(300)
  url?: string;

  /** In place of the stored one. */
  @IfGiven()
  @IsString()
  @MinLength(1)
  @MaxLength(20_000)
  longLivedToken?: string;

  /** For another address of a portal with credentials: the same amoCRM account renamed, or another account. */
  @IfGiven()
  @IsIn(['same', 'another'])
  account?: 'same' | 'another';

  /** With `another`: stop what still waits for the old account. */
  @IfGiven()
  @IsBoolean()
  parkWaiting?: boolean;
}

class NewPortalDto {
  @IsOptional()
  @IsString()
  @MaxLength(200)
  name?: string | null;

  @IsString()
  @MinLength(1)
  @MaxLength(300)
  url!: string;

  /** A token that cannot be one is refused, and the portal is not added then. */
  @IfGiven()
  @IsString()
  @MinLength(1)
  @MaxLength(20_000)
  longLivedToken?: string;
}

class CredentialsDto {
  @IsString()
  @MinLength(1)
  @MaxLength(20_000)
  longLivedToken!: string;
}

class DeletePortalDto {
  @IsOptional()
  @IsIn(['true', 'false'])
  deactivate?: 'true' | 'false';
}

/** What amoCRM has, as the writer last read it. Never read yet: `readAt` null and empty lists. */
interface CrmView extends Pick<Portal, 'pipelines' | 'users' | 'taskTypes' | 'readAt' | 'stop'> {
  readonly ageSec: number | null;
}

@Controller('api/v1/accounts/:accountId/portals')
@ForAccount('viewer')
export class PortalsController {
  constructor(
    private readonly portals: Portals,
    private readonly copies: CrmCopies,
    private readonly moves: PortalMoves,
  ) {}

  @Get()
  async list(@AccountId() accountId: string): Promise<List<PortalView>> {
    return wholeList(await this.portals.list(accountId));
  }

  @ForAccount('operator')
  @Post()
  add(@AccountId() accountId: string, @Body() body: NewPortalDto): Promise<PortalView> {
    return this.portals.add(accountId, body.url, body.name ?? null, body.longLivedToken);
  }

  @Get(':portalId')
  get(@AccountId() accountId: string, @Param('portalId', uuidOrNotFound()) portalId: string): Promise<PortalView> {
    return this.portals.get(accountId, portalId);
  }

  /** A move to another amoCRM account answers with the portal that takes this one's place: it has another id. */
  @ForAccount('operator')
  @Patch(':portalId')
  async edit(
    @AccountId() accountId: string,
    @Param('portalId', uuidOrNotFound()) portalId: string,
    @Body() body: EditPortalDto,
  ): Promise<PortalView> {
    const { url, account } = body;
    if (url !== undefined && account === 'another' && (await this.portals.isMove(accountId, portalId, url))) {
      return this.moves.move(accountId, portalId, { ...body, url });
    }
    return this.portals.edit(accountId, portalId, body);
  }

  @ForAccount('operator')
  @Delete(':portalId')
  @HttpCode(204)
  async remove(
    @AccountId() accountId: string,
    @Param('portalId', uuidOrNotFound()) portalId: string,
    @Query() query: DeletePortalDto,
  ): Promise<void> {
    await this.portals.remove(accountId, portalId, query.deactivate === 'true');
  }

  @ForAccount('operator')
  @Put(':portalId/credentials')
  @HttpCode(204)
  async putCredentials(
    @AccountId() accountId: string,
    @Param('portalId', uuidOrNotFound()) portalId: string,
    @Body() body: CredentialsDto,
  ): Promise<void> {
    await this.portals.putLongLivedToken(accountId, portalId, body.longLivedToken);
  }

  @Get(':portalId/crm')
  async crm(@AccountId() accountId: string, @Param('portalId', uuidOrNotFound()) portalId: string): Promise<CrmView> {
    await this.portals.get(accountId, portalId);
    const copy = await this.copies.of(portalId);
    const readAt = copy?.readAt ?? null;
    return {
      readAt,
      ageSec: readAt === null ? null : Math.max(0, Math.round((Date.now() - Date.parse(readAt)) / 1_000)),
      stop: copy?.stop ?? null,
      pipelines: copy?.pipelines ?? [],
      users: copy?.users ?? [],
      taskTypes: copy?.taskTypes ?? [],
    };
  }
}
