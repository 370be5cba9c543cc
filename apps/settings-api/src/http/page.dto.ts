import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

/** How much of a list is asked for at once. */
export class PageSizeDto {
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  limit = 50;
}

/** One page of a list that another service keeps: its cursor is handed through as it was given. */
export class PageDto extends PageSizeDto {
  @IsOptional()
  @IsString()
  @MaxLength(200)
  cursor?: string;
}
