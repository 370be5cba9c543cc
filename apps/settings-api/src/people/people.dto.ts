import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Max,
  MaxLength,
  Min,
  MinLength,
} from 'class-validator';

/** A PBX employee as sent. At least one of `pbxId`, `login`, `ext`, `phones` says who it is. */
export class EmployeeDto {
  /** Absent: the employee of the same `pbxId`, `login` or `ext` keeps its id, a new one gets one. */
  @IsOptional()
  @IsUUID()
  employeeId?: string | null | undefined;

  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  pbxId?: string | null | undefined;

  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  login?: string | null | undefined;

  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(50)
  ext?: string | null | undefined;

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(20)
  @IsString({ each: true })
  @MaxLength(50, { each: true })
  phones?: string[] | null | undefined;

  /** Switched off in the PBX: nobody is connected to this employee. */
  @IsOptional()
  @IsBoolean()
  isDisabled?: boolean | null | undefined;

  @IsOptional()
  @IsString()
  @MaxLength(300)
  name?: string | null | undefined;

  @IsOptional()
  @IsString()
  @MaxLength(300)
  email?: string | null | undefined;
}

export class MappingEntryDto {
  @IsUUID()
  employeeId!: string;

  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  crmUserId!: number;
}
