import {
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  Injectable,
  NotFoundException,
  UnauthorizedException,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type Request } from 'express';
import { type Access, accessKey, type Principal } from './access.js';
import { ApiKeys } from './api-keys.js';

/**
 * Lets a request through only if its route says for whom it is and its key is of those. A route that says nothing is
 * closed to everybody. A foreign account looks exactly like one that does not exist.
 */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly keys: ApiKeys,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.getAllAndOverride<Access | undefined>(accessKey, [
      context.getHandler(),
      context.getClass(),
    ]);
    const request = context.switchToHttp().getRequest<Request>();
    const principal = await this.authenticate(request);
    switch (access) {
      case 'platform':
        if (principal.role !== 'platform_admin') throw new ForbiddenException();
        return true;
      case 'account':
        if (principal.role === 'platform_admin') return true;
        if (principal.accountId !== request.params['accountId']) throw new NotFoundException();
        return true;
      case undefined:
        throw new ForbiddenException();
    }
  }

  private async authenticate(request: Request): Promise<Principal> {
    const key = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(request.headers.authorization ?? '')?.[1];
    const principal = key === undefined ? undefined : await this.keys.principalOf(key);
    if (principal === undefined) throw new UnauthorizedException();
    return principal;
  }
}
