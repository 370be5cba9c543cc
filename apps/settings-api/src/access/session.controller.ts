import { Body, Controller, Delete, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { Problem } from '@perezvon/service';
import { IsString, MaxLength, MinLength } from 'class-validator';
import { type Request, type Response } from 'express';
import { Accounts } from '../accounts/accounts.js';
import { Caller, ForEverybody, ForKnown, type Principal } from './access.js';
import { csrfTokenOf } from './secret-token.js';
import { SessionCookie } from './cookies.js';
import { Sessions } from './sessions.js';

class LoginDto {
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  login!: string;

  @IsString()
  @MinLength(1)
  @MaxLength(200)
  password!: string;
}

/** Who is asking, and where. */
class SessionView {
  role!: Principal['role'];
  /** The only account that the caller may see; null: a platform admin sees all. */
  accountId!: string | null;
  accountName!: string | null;
  /** Of the person or of the key. */
  name!: string;
  kind!: Principal['actor']['kind'];
  /** To be sent as `X-CSRF-Token` with every change made under a cookie; null for API keys, which need none. */
  csrfToken!: string | null;
}

@Controller('api/v1/session')
export class SessionController {
  constructor(
    private readonly sessions: Sessions,
    private readonly cookie: SessionCookie,
    private readonly accounts: Accounts,
  ) {}

  @Get()
  @ForKnown()
  async get(@Caller() caller: Principal, @Req() request: Request): Promise<SessionView> {
    const token = caller.actor.kind === 'user' ? this.cookie.read(request) : undefined;
    return this.view(caller, token === undefined ? null : csrfTokenOf(token));
  }

  /** The same answer for an unknown login as for a wrong password. */
  @Post()
  @HttpCode(200)
  @ForEverybody()
  async open(
    @Body() { login, password }: LoginDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionView> {
    const outcome = await this.sessions.open(login, password, request.ip ?? '');
    if ('refused' in outcome) {
      if (outcome.refused === 'wrong') throw wrongLogin();
      response.set('Retry-After', String(outcome.retryAfterSec));
      throw tooManyAttempts(outcome.retryAfterSec);
    }
    const opened = await this.sessions.of(outcome.token);
    if (opened === undefined) throw wrongLogin();
    this.cookie.set(response, outcome.token);
    return this.view(opened.principal, opened.csrfToken);
  }

  @Delete()
  @HttpCode(204)
  @ForKnown()
  async close(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<void> {
    const token = this.cookie.read(request);
    if (token !== undefined) await this.sessions.close(token);
    this.cookie.clear(response);
  }

  private async view({ role, accountId, actor }: Principal, csrfToken: string | null): Promise<SessionView> {
    const account = accountId === null ? undefined : await this.accounts.get(accountId);
    return { role, accountId, accountName: account?.name ?? null, name: actor.name, kind: actor.kind, csrfToken };
  }
}

function wrongLogin(): Problem {
  return new Problem({
    status: 401,
    code: 'wrong_login',
    message: {
      ru: 'Неверный логин или пароль. Проверьте раскладку и повторите.',
      en: 'Wrong login or password. Check the keyboard layout and try again.',
    },
  });
}

function tooManyAttempts(retryAfterSec: number): Problem {
  const minutes = Math.ceil(retryAfterSec / 60);
  return new Problem({
    status: 429,
    code: 'too_many_attempts',
    message: {
      ru: `Слишком много попыток входа. Повторите через ${minutes} мин.`,
      en: `Too many attempts to log in. Try again in ${minutes} min.`,
    },
  });
}
