import {
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  Injectable,
  NotFoundException,
  UnauthorizedException,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { isSameSecret, Problem } from '@perezvon/service';
import { type Request } from 'express';
import { type Access, accessKey, hasRole, type Principal, rememberCaller } from './access.js';
import { ApiKeys } from './api-keys.js';
import { nameActor } from './current-actor.js';
import { SessionCookie } from './cookies.js';
import { Sessions } from './sessions.js';

const changing = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * Lets a request through only if its route says for whom it is and its key or session is of those. A route that says
 * nothing is closed to everybody. A foreign account looks exactly like one that does not exist.
 *
 * A browser sends our cookie with whatever any site makes it send. So a change under a cookie also needs the session's
 * CSRF token in a header, and nothing is changed at all for a page that the browser names as another site's.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly keys: ApiKeys,
    private readonly sessions: Sessions,
    private readonly cookie: SessionCookie,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.getAllAndOverride<Access | undefined>(accessKey, [
      context.getHandler(),
      context.getClass(),
    ]);
    const request = context.switchToHttp().getRequest<Request>();
    if (changing.has(request.method) && request.headers['sec-fetch-site'] === 'cross-site') throw foreignPage();
    if (access === 'public') return true;
    const principal = await this.authenticate(request);
    rememberCaller(request, principal);
    nameActor(principal.actor);
    refuse(access, principal, request.params['accountId']);
    return true;
  }

  private async authenticate(request: Request): Promise<Principal> {
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const key = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(authorization)?.[1];
      const principal = key === undefined ? undefined : await this.keys.principalOf(key);
      if (principal === undefined) throw new UnauthorizedException();
      return principal;
    }
    const token = this.cookie.read(request);
    const session = token === undefined ? undefined : await this.sessions.of(token);
    if (session === undefined) throw new UnauthorizedException();
    if (changing.has(request.method)) {
      const sent = request.headers['x-csrf-token'];
      if (typeof sent !== 'string' || !isSameSecret(sent, session.csrfToken)) throw foreignPage();
    }
    return session.principal;
  }
}

function refuse(access: Access | undefined, { role, accountId }: Principal, asked: unknown): void {
  if (access === undefined) throw new ForbiddenException();
  if (access === 'known' || access === 'public' || role === 'platform_admin') return;
  if (access === 'platform') throw new ForbiddenException();
  if (accountId !== asked) throw new NotFoundException();
  if (!hasRole(role, access)) throw new ForbiddenException();
}

function foreignPage(): Problem {
  return new Problem({
    status: 403,
    code: 'csrf',
    message: {
      ru: 'Запрос пришёл не со страницы настроек. Обновите страницу и повторите.',
      en: 'The request did not come from the settings page. Reload the page and repeat.',
    },
  });
}
