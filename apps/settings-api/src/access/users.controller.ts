import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { type List, wholeList } from '../http/list.js';
import { uuidOrNotFound } from '../http/uuid.js';
import { AccountId, ForAccount, ForPlatform } from './access.js';
import { EditPlatformAdminDto, EditUserDto, NewPlatformAdminDto, NewUserDto } from './user.dto.js';
import { Users, type UserView } from './users.js';

@Controller('api/v1/accounts/:accountId/users')
@ForAccount('account_admin')
export class UsersController {
  constructor(private readonly users: Users) {}

  @Get()
  async list(@AccountId() accountId: string): Promise<List<UserView>> {
    return wholeList(await this.users.list(accountId));
  }

  @Post()
  create(@AccountId() accountId: string, @Body() body: NewUserDto): Promise<UserView> {
    return this.users.create(accountId, body);
  }

  @Patch(':userId')
  edit(
    @AccountId() accountId: string,
    @Param('userId', uuidOrNotFound()) userId: string,
    @Body() body: EditUserDto,
  ): Promise<UserView> {
    return this.users.edit(accountId, userId, body);
  }

  @Delete(':userId')
  @HttpCode(204)
  async remove(@AccountId() accountId: string, @Param('userId', uuidOrNotFound()) userId: string): Promise<void> {
    await this.users.remove(accountId, userId);
  }
}

/** The platform's admins, who belong to no account. */
@Controller('api/v1/platform-admins')
@ForPlatform()
export class PlatformAdminsController {
  constructor(private readonly users: Users) {}

  @Get()
  async list(): Promise<List<UserView>> {
    return wholeList(await this.users.list(null));
  }

  @Post()
  create(@Body() body: NewPlatformAdminDto): Promise<UserView> {
    return this.users.create(null, { ...body, role: 'platform_admin' });
  }

  @Patch(':userId')
  edit(@Param('userId', uuidOrNotFound()) userId: string, @Body() body: EditPlatformAdminDto): Promise<UserView> {
    return this.users.edit(null, userId, body);
  }

  @Delete(':userId')
  @HttpCode(204)
  async remove(@Param('userId', uuidOrNotFound()) userId: string): Promise<void> {
    await this.users.remove(null, userId);
  }
}
