import { parseCookie } from 'cookie';
import { type CookieOptions, type Request, type Response } from 'express';

/** What the page's cookie is called and how the browser keeps it; `__Host-` binds it to our host where https allows it. */
export class SessionCookie {
  private readonly name: string;
  private readonly options: CookieOptions;

  constructor(publicUrl: string) {
    const secure = publicUrl.startsWith('https:');
    this.name = secure ? '__Host-perezvon' : 'perezvon';
    // Lax, not strict: the way back from amoCRM's consent page must still know who left.
    this.options = { httpOnly: true, sameSite: 'lax', secure, path: '/' };
  }

  read(request: Request): string | undefined {
    const token = parseCookie(request.headers.cookie ?? '')[this.name];
    return token === undefined || token === '' || token.length > 200 ? undefined : token;
  }

  set(response: Response, token: string): void {
    response.cookie(this.name, token, this.options);
  }

  clear(response: Response): void {
    response.clearCookie(this.name, this.options);
  }
}
