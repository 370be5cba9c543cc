import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min, MinLength } from 'class-validator';
import { AccountId, ForPlatform } from '../access/access.js';
import { type List } from '../http/list.js';
import { Accounts, type AccountView } from './accounts.js';

class RenameAccountDto {
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  name!: string;
}

class NewAccountDto extends RenameAccountDto {
  @IsOptional()
  @Matches(/^[A-Za-z0-9._-]{1,64}$/, {
    context: {
      ru: 'До 64 латинских букв, цифр, точек, подчёркиваний и дефисов.',
      en: 'Up to 64 Latin letters, digits, dots, underscores and hyphens.',
    },
  })
  accountId?: string;
}

class PageDto {
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(500)
  limit = 100;

  @IsOptional()
  @IsString()
  @MaxLength(64)
  cursor = '';
}

@Controller('api/v1/accounts')
@ForPlatform()
export class AccountsController {
  constructor(private readonly accounts: Accounts) {}

  @Get()
  list(@Query() page: PageDto): Promise<List<AccountView>> {
    return this.accounts.list(page.limit, page.cursor);
  }

  @Post()
  create(@Body() body: NewAccountDto): Promise<AccountView> {
    return this.accounts.create(body.name, body.accountId);
  }

  @Get(':accountId')
  get(@AccountId() accountId: string): Promise<AccountView> {
    return this.accounts.get(accountId);
  }

  @Patch(':accountId')
  rename(@AccountId() accountId: string, @Body() body: RenameAccountDto): Promise<AccountView> {
    return this.accounts.rename(accountId, body.name);
  }

  @Delete(':accountId')
  @HttpCode(204)
  async remove(@AccountId() accountId: string): Promise<void> {
    await this.accounts.remove(accountId);
  }
}
