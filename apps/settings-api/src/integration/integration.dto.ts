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
  action?: CellAction | null | undefined;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(maxCrmId)
  pipelineId?: number | null | undefined;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(maxCrmId)
  statusId?: number | null | undefined;
}

export class CellsDto {
  @IsOptional()
  @ValidateNested()
  @Type(() => CellDto)
  answeredUnknown?: CellDto | undefined;

  @IsOptional()
  @ValidateNested()
  @Type(() => CellDto)
  missedUnknown?: CellDto | undefined;

  @IsOptional()
  @ValidateNested()
  @Type(() => CellDto)
  answeredKnown?: CellDto | undefined;

  @IsOptional()
  @ValidateNested()
  @Type(() => CellDto)
  missedKnown?: CellDto | undefined;
}

export class TaggingDto {
  @IsBoolean()
  enabled!: boolean;

  @IsOptional()
  @IsIn(['client', 'virtual', 'both'])
  number?: 'client' | 'virtual' | 'both' | undefined;
}

export class TaskDto {
  @IsBoolean()
  enabled!: boolean;

  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  text?: string | null | undefined;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(525_600)
  dueInMinutes?: number | null | undefined;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(maxCrmId)
  taskTypeId?: number | null | undefined;
}

export class DirectionDto {
  @IsOptional()
  @ValidateNested()
  @Type(() => CellsDto)
  cells?: CellsDto | undefined;

  @IsOptional()
  @ValidateNested()
  @Type(() => TaggingDto)
  tagging?: TaggingDto | undefined;

  @IsOptional()
  @ValidateNested()
  @Type(() => TaskDto)
  answeredTask?: TaskDto | undefined;

  @IsOptional()
  @ValidateNested()
  @Type(() => TaskDto)
  missedTask?: TaskDto | undefined;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(maxCrmId)
  defaultResponsibleUserId?: number | null | undefined;

  /** Each a number, a mask, or a pasted list of them. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(10_000)
  @IsString({ each: true })
  @MaxLength(200_000, { each: true })
  filteredNumbers?: string[] | undefined;

  @IsOptional()
  @IsBoolean()
  logCalls?: boolean | undefined;

  @IsOptional()
  @IsIn(['answer', 'end'])
  createAt?: 'answer' | 'end' | undefined;

  @IsOptional()
  @IsIn(['first', 'last'])
  acceptedBy?: 'first' | 'last' | undefined;

  @IsOptional()
  @IsIn(['all', 'same_pipeline'])
  activeDealScope?: 'all' | 'same_pipeline' | undefined;

  @IsOptional()
  @IsIn(['ignore', 'unsorted'])
  hiddenNumbers?: 'ignore' | 'unsorted' | undefined;

  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(600)
  unsortedRecordWaitSec?: number | undefined;
}

export class IncomingDto extends DirectionDto {
  @IsOptional()
  @IsBoolean()
  personalManagerRouting?: boolean | undefined;
}

export class IntegrationDto {
  @IsBoolean()
  active!: boolean;

  @IsOptional()
  @IsUUID()
  portalId?: string | null | undefined;

  @IsOptional()
  @ValidateNested()
  @Type(() => IncomingDto)
  incoming?: IncomingDto | undefined;

  @IsOptional()
  @ValidateNested()
  @Type(() => DirectionDto)
  outgoing?: DirectionDto | undefined;
}

/** Lines of a filter to be read and not saved. */
export class FilterLinesDto {
  /** Each a number, a mask, or a pasted list of them. */
  @IsArray()
  @ArrayMaxSize(10_000)
  @IsString({ each: true })
  @MaxLength(200_000, { each: true })
  lines!: string[];
}
