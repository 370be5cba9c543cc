import { parseCookie } from 'cookie';
import { type CookieOptions, type Request, type Response } from 'express';

/** One cookie of ours and how the browser keeps it; `__Host-` binds it to our host where https allows it. */
class SecretCookie {
  private readonly name: string;
  private readonly options: CookieOptions;

  /** @param maxAge ms; undefined: until the browser is closed */
  constructor(name: string, publicUrl: string, maxAge?: number) {
    const secure = publicUrl.startsWith('https:');
    this.name = secure ? `__Host-${name}` : name;
    // Lax, not strict: the way back from amoCRM's consent page must still know who left.
    this.options = { httpOnly: true, sameSite: 'lax', secure, path: '/', ...(maxAge !== undefined && { maxAge }) };
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

/** Who is logged in. */
export class SessionCookie extends SecretCookie {
  constructor(publicUrl: string) {
    super('perezvon', publicUrl);
  }
}

/** In which browser somebody has logged in before: see `KnownPlaces`. A browser keeps nothing longer than 400 days. */
export class DeviceCookie extends SecretCookie {
  constructor(publicUrl: string) {
    super('perezvon-device', publicUrl, 400 * 24 * 60 * 60 * 1_000);
  }
}

/** Which browser was sent to amoCRM's consent page. */
export class ConsentCookie extends SecretCookie {
  constructor(publicUrl: string) {
    super('perezvon-consent', publicUrl);
  }
}
