import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { type PbxSource } from '@perezvon/contracts';
import { Type } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { AccountId, ForAccount } from '../access/access.js';
import { type List, wholeList } from '../http/list.js';
import { uuidOrNotFound } from '../http/uuid.js';
import { IsTextMap } from '../http/text-map.js';
import { IfGiven } from '../http/validation.js';
import { PbxSources, type PbxSourceView } from './pbx-sources.js';

/** How the vendor is asked for calls whose events were lost. */
export class PullDto {
  @IsBoolean()
  enabled!: boolean;

  @IsString()
  @MinLength(1)
  @MaxLength(300)
  url!: string;

  /** Never read back; absent: the stored one stays. */
  @IfGiven()
  @IsString()
  @MinLength(1)
  @MaxLength(2_000)
  token?: string | undefined;
}

class PbxSourceDto {
  /** Tells two cabinets of one kind apart; then part of the events' ids. */
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  instance?: string | null;

  @IfGiven()
  @IsString()
  @MaxLength(64)
  timeZone?: string;

  @IfGiven()
  @IsInt()
  @Min(0)
  @Max(600)
  settleDelaySec?: number;

  @IfGiven()
  @IsInt()
  @Min(15)
  @Max(7_200)
  ringLimitSec?: number;

  @IfGiven()
  @IsIn(['branch', 'default_employee'])
  routeFallback?: PbxSource['routeFallback'];

  /** Our name of a parameter → the name under which this cabinet sends it. */
  @IsOptional()
  @IsTextMap()
  fieldMap?: Record<string, string> | null;

  @IsOptional()
  @ValidateNested()
  @Type(() => PullDto)
  pull?: PullDto | null;
}

class NewPbxSourceDto extends PbxSourceDto {
  @IsIn(['canonical', 'uis', 'itoolabs'])
  kind!: PbxSource['kind'];
}

class EditPbxSourceDto extends PbxSourceDto {
  @IfGiven()
  @IsBoolean()
  rotateSecret?: boolean;
}

@Controller('api/v1/accounts/:accountId/pbx-sources')
@ForAccount('viewer')
export class PbxSourcesController {
  constructor(private readonly sources: PbxSources) {}

  @Get()
  async list(@AccountId() accountId: string): Promise<List<PbxSourceView>> {
    return wholeList(await this.sources.list(accountId));
  }

  @ForAccount('operator')
  @Post()
  add(
    @AccountId() accountId: string,
    @Body() { kind, ...fields }: NewPbxSourceDto,
  ): Promise<PbxSourceView & { secret: string }> {
    return this.sources.add(accountId, kind, fields);
  }

  @ForAccount('operator')
  @Patch(':sourceId')
  edit(
    @AccountId() accountId: string,
    @Param('sourceId', uuidOrNotFound()) sourceId: string,
    @Body() { rotateSecret, ...fields }: EditPbxSourceDto,
  ): Promise<PbxSourceView & { secret?: string }> {
    return this.sources.edit(accountId, sourceId, fields, rotateSecret ?? false);
  }

  @ForAccount('operator')
  @Delete(':sourceId')
  @HttpCode(204)
  async remove(@AccountId() accountId: string, @Param('sourceId', uuidOrNotFound()) sourceId: string): Promise<void> {
    await this.sources.remove(accountId, sourceId);
  }
}
