import { type CellAction, cellAction } from '@perezvon/contracts';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';

/** Bodies of `PUT /integration`: rules.md R1. What is left out gets its default; a draft may be incomplete. */

const maxCrmId = Number.MAX_SAFE_INTEGER;

export class CellDto {
  @IsBoolean()
  enabled!: boolean;

  @IsOptional()
  @IsIn(cellAction.options)
  action?: CellAction | null;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(maxCrmId)
  pipelineId?: number | null;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(maxCrmId)
  statusId?: number | null;
}

export class CellsDto {
  @IsOptional()
  @ValidateNested()
  @Type(() => CellDto)
  answeredUnknown?: CellDto;

  @IsOptional()
  @ValidateNested()
  @Type(() => CellDto)
  missedUnknown?: CellDto;

  @IsOptional()
  @ValidateNested()
  @Type(() => CellDto)
  answeredKnown?: CellDto;

  @IsOptional()
  @ValidateNested()
  @Type(() => CellDto)
  missedKnown?: CellDto;
}

export class TaggingDto {
  @IsBoolean()
  enabled!: boolean;

  @IsOptional()
  @IsIn(['client', 'virtual', 'both'])
  number?: 'client' | 'virtual' | 'both';
}

export class TaskDto {
  @IsBoolean()
  enabled!: boolean;

  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  text?: string | null;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(525_600)
  dueInMinutes?: number | null;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(maxCrmId)
  taskTypeId?: number | null;
}

export class DirectionDto {
  @IsOptional()
  @ValidateNested()
  @Type(() => CellsDto)
  cells?: CellsDto;

  @IsOptional()
  @ValidateNested()
  @Type(() => TaggingDto)
  tagging?: TaggingDto;

  @IsOptional()
  @ValidateNested()
  @Type(() => TaskDto)
  answeredTask?: TaskDto;

  @IsOptional()
  @ValidateNested()
  @Type(() => TaskDto)
  missedTask?: TaskDto;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(maxCrmId)
  defaultResponsibleUserId?: number | null;

  /** Each a number, a mask, or a pasted list of them. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(10_000)
  @IsString({ each: true })
  @MaxLength(200_000, { each: true })
  filteredNumbers?: string[];

  @IsOptional()
  @IsBoolean()
  logCalls?: boolean;

  @IsOptional()
  @IsIn(['answer', 'end'])
  createAt?: 'answer' | 'end';

  @IsOptional()
  @IsIn(['first', 'last'])
  acceptedBy?: 'first' | 'last';

  @IsOptional()
  @IsIn(['all', 'same_pipeline'])
  activeDealScope?: 'all' | 'same_pipeline';

  @IsOptional()
  @IsIn(['ignore', 'unsorted'])
  hiddenNumbers?: 'ignore' | 'unsorted';

  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(600)
  unsortedRecordWaitSec?: number;
}

export class IncomingDto extends DirectionDto {
  @IsOptional()
  @IsBoolean()
  personalManagerRouting?: boolean;
}

export class IntegrationDto {
  @IsBoolean()
  active!: boolean;

  @IsOptional()
  @IsUUID()
  portalId?: string | null;

  @IsOptional()
  @ValidateNested()
  @Type(() => IncomingDto)
  incoming?: IncomingDto;

  @IsOptional()
  @ValidateNested()
  @Type(() => DirectionDto)
  outgoing?: DirectionDto;
}
