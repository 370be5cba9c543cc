import { type Localized } from '@perezvon/service';
import { IsBoolean, IsIn, IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { Called } from '../http/called.js';
import { IfGiven } from '../http/validation.js';
import { type AccountRole, accountRoles } from './access.js';

const login = /^[^\s\p{Cc}]{3,200}$/u;
const loginForm: Localized = { ru: 'От 3 до 200 знаков, без пробелов.', en: '3 to 200 characters without blanks.' };
const personsName: Localized = { ru: 'Имя', en: 'Name' };

class NamedUserDto {
  @Called(personsName)
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  name!: string;

  /** An address of electronic mail, or any name without blanks; the case does not matter. */
  @Matches(login, { context: loginForm })
  login!: string;

  @IsString()
  @MinLength(10)
  @MaxLength(200)
  password!: string;
}

class ChangedUserDto {
  @Called(personsName)
  @IfGiven()
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  name?: string;

  @IfGiven()
  @IsString()
  @MinLength(10)
  @MaxLength(200)
  password?: string;

  @IfGiven()
  @IsBoolean()
  isDisabled?: boolean;
}

export class NewUserDto extends NamedUserDto {
  @IsIn(accountRoles)
  role!: AccountRole;
}

export class EditUserDto extends ChangedUserDto {
  @IfGiven()
  @IsIn(accountRoles)
  role?: AccountRole;
}

export class NewPlatformAdminDto extends NamedUserDto {}
export class EditPlatformAdminDto extends ChangedUserDto {}
