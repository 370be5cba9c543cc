import { Body, Controller, Delete, Get, HttpCode, Post, Put, Req, Res } from '@nestjs/common';
import { Problem } from '@perezvon/service';
import { IsString, MaxLength, MinLength } from 'class-validator';
import { type Request, type Response } from 'express';
import { Accounts } from '../accounts/accounts.js';
import { invalid } from '../http/validation.js';
import { Caller, ForEverybody, ForKnown, type Principal } from './access.js';
import { csrfTokenOf } from './secret-token.js';
import { DeviceCookie, SessionCookie } from './cookies.js';
import { OwnPassword } from './own-password.js';
import { type LoginRefusal, Sessions } from './sessions.js';

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

class OwnPasswordDto {
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  currentPassword!: string;

  @IsString()
  @MinLength(10)
  @MaxLength(200)
  newPassword!: string;
}

/** Who is asking, and where. */
class SessionView {
  role!: Principal['role'];
  /** The only account that the caller may see; null: a platform admin sees all. */
  accountId!: string | null;
  accountName!: string | null;
  /** Of the person, as in the list of users; null: an API key asks. */
  userId!: string | null;
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
    private readonly deviceCookie: DeviceCookie,
    private readonly accounts: Accounts,
    private readonly ownPassword: OwnPassword,
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
    const place = { address: request.ip ?? '', device: this.deviceCookie.read(request) };
    const outcome = await this.sessions.open(login, password, place);
    if ('refused' in outcome) throw refusal(outcome, wrongLogin(), response);
    const view = await this.opened(outcome.token, response);
    this.deviceCookie.set(response, outcome.device);
    return view;
  }

  /** The caller's own, with the present one. All sessions of the person end; the answer is a new one. */
  @Put('password')
  @ForKnown()
  async changePassword(
    @Caller() caller: Principal,
    @Body() { currentPassword, newPassword }: OwnPasswordDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionView> {
    const place = { address: request.ip ?? '', device: this.cookie.read(request) };
    const outcome = await this.ownPassword.change(caller, currentPassword, newPassword, place);
    if ('token' in outcome) return this.opened(outcome.token, response);
    if (outcome.refused === 'no_person') throw noPerson();
    throw refusal(outcome, wrongPassword(), response);
  }

  @Delete()
  @HttpCode(204)
  @ForKnown()
  async close(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<void> {
    const token = this.cookie.read(request);
    if (token !== undefined) await this.sessions.close(token);
    this.cookie.clear(response);
  }

  private async opened(token: string, response: Response): Promise<SessionView> {
    const opened = await this.sessions.of(token);
    if (opened === undefined) throw wrongLogin();
    this.cookie.set(response, token);
    return this.view(opened.principal, opened.csrfToken);
  }

  private async view({ role, accountId, actor }: Principal, csrfToken: string | null): Promise<SessionView> {
    const account = accountId === null ? undefined : await this.accounts.get(accountId);
    const userId = actor.kind === 'user' ? actor.id : null;
    return {
      role,
      accountId,
      accountName: account?.name ?? null,
      userId,
      name: actor.name,
      kind: actor.kind,
      csrfToken,
    };
  }
}

function refusal(refused: LoginRefusal, wrong: Problem, response: Response): Problem {
  if (refused.refused === 'wrong') return wrong;
  response.set('Retry-After', String(refused.retryAfterSec));
  return tooManyAttempts(refused.retryAfterSec);
}

/** 422, not 401: the session is good, and a page must not take it for ended. */
function wrongPassword(): Problem {
  return invalid([
    {
      path: 'currentPassword',
      code: 'wrong_password',
      message: { ru: 'Текущий пароль не подходит.', en: 'This is not the present password.' },
    },
  ]);
}

function noPerson(): Problem {
  return new Problem({
    status: 403,
    code: 'no_person',
    message: {
      ru: 'У ключа API нет пароля. Войдите на страницу под своим логином.',
      en: 'An API key has no password. Log in to the page with a login of your own.',
    },
  });
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
