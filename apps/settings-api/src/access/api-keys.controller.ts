import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { IsString, MaxLength, MinLength } from 'class-validator';
import { type List, wholeList } from '../http/list.js';
import { uuidOrNotFound } from '../http/uuid.js';
import { AccountId, ForAccount } from './access.js';
import { ApiKeys, type ApiKeyView } from './api-keys.js';

class NewApiKeyDto {
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  name!: string;
}

@Controller('api/v1/accounts/:accountId/api-keys')
@ForAccount()
export class ApiKeysController {
  constructor(private readonly keys: ApiKeys) {}

  @Get()
  async list(@AccountId() accountId: string): Promise<List<ApiKeyView>> {
    return wholeList(await this.keys.list(accountId));
  }

  @Post()
  create(@AccountId() accountId: string, @Body() body: NewApiKeyDto): Promise<{ keyId: string; key: string }> {
    return this.keys.create(accountId, body.name);
  }

  @Delete(':keyId')
  @HttpCode(204)
  async remove(@AccountId() accountId: string, @Param('keyId', uuidOrNotFound()) keyId: string): Promise<void> {
    await this.keys.remove(accountId, keyId);
  }
}
