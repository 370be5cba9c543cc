import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { type Localized } from '@perezvon/service';
import { IsIn, IsOptional, IsString, MaxLength, MinLength } from 'class-validator';
import { Called } from '../http/called.js';
import { type List, wholeList } from '../http/list.js';
import { uuidOrNotFound } from '../http/uuid.js';
import { IfGiven } from '../http/validation.js';
import { AccountId, type AccountRole, accountRoles, ForAccount } from './access.js';
import { ApiKeys, type ApiKeyView } from './api-keys.js';

const purpose: Localized = { ru: 'Для чего ключ', en: 'What the key is for' };

class NewApiKeyDto {
  @Called(purpose)
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  name!: string;

  @IsOptional()
  @IsIn(accountRoles)
  role: AccountRole = 'account_admin';
}

class EditApiKeyDto {
  @Called(purpose)
  @IfGiven()
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  name?: string;

  @IfGiven()
  @IsIn(accountRoles)
  role?: AccountRole;
}

@Controller('api/v1/accounts/:accountId/api-keys')
@ForAccount('account_admin')
export class ApiKeysController {
  constructor(private readonly keys: ApiKeys) {}

  @Get()
  async list(@AccountId() accountId: string): Promise<List<ApiKeyView>> {
    return wholeList(await this.keys.list(accountId));
  }

  @Post()
  create(@AccountId() accountId: string, @Body() body: NewApiKeyDto): Promise<{ keyId: string; key: string }> {
    return this.keys.create(accountId, body.name, body.role);
  }

  @Patch(':keyId')
  edit(
    @AccountId() accountId: string,
    @Param('keyId', uuidOrNotFound()) keyId: string,
    @Body() body: EditApiKeyDto,
  ): Promise<ApiKeyView> {
    return this.keys.edit(accountId, keyId, body);
  }

  @Delete(':keyId')
  @HttpCode(204)
  async remove(@AccountId() accountId: string, @Param('keyId', uuidOrNotFound()) keyId: string): Promise<void> {
    await this.keys.remove(accountId, keyId);
  }
}
