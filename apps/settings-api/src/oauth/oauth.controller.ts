import { Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { type Request, type Response } from 'express';
import { AccountId, Caller, ForAccount, ForEverybody, type Principal } from '../access/access.js';
import { ConsentCookie } from '../access/cookies.js';
import { uuidOrNotFound } from '../http/uuid.js';
import { PublicUrl } from '../page/public-url.js';
import { Authorizations } from './authorizations.js';

@Controller('api/v1')
export class OauthController {
  constructor(
    private readonly authorizations: Authorizations,
    private readonly cookie: ConsentCookie,
    private readonly page: PublicUrl,
  ) {}

  /** The answer's cookie must come back with the consent: open the URL in the browser that asked. */
  @Post('accounts/:accountId/portals/:portalId/authorization')
  @HttpCode(200)
  @ForAccount('operator')
  async begin(
    @AccountId() accountId: string,
    @Param('portalId', uuidOrNotFound()) portalId: string,
    @Caller() caller: Principal,
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ url: string }> {
    const { url, browserToken } = await this.authorizations.begin(accountId, portalId, caller.actor);
    this.cookie.set(response, browserToken);
    return { url };
  }

  /** Where amoCRM sends the browser back to; the page is opened again and says how it ended. */
  @Get('oauth/amocrm/callback')
  @ForEverybody()
  async finish(@Req() request: Request, @Res() response: Response): Promise<void> {
    const query = new URL(request.originalUrl, this.page.origin).searchParams;
    const { code, portalId } = await this.authorizations.finish(query, this.cookie.read(request));
    this.cookie.clear(response);
    const page = new URL('/', this.page.origin);
    page.searchParams.set('authorization', code);
    if (portalId !== null) page.searchParams.set('portalId', portalId);
    response.redirect(303, page.href);
  }
}
