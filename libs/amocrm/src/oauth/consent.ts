import { portalUrl } from '../portal-url.js';

/** What the browser brought back from amoCRM's consent page. */
export type Consent =
  | {
      kind: 'granted';
      /** Works once, for 20 minutes (amocrm-api.md §1.2). */
      code: string;
      /** Canonical origin of the account that the code is for. */
      origin: string;
      state: string;
    }
  /** The administrator said no. */
  | { kind: 'refused'; state: string }
  /** Not an answer of amoCRM's: a parameter is missing, or `referer` is no account's address. */
  | { kind: 'malformed'; parameter: 'code' | 'referer' | 'state' };

/** Our state and amoCRM's codes are short: whatever is longer was not made by either. */
const longestParameter = 4096;

/**
 * The consent page to which the administrator's browser is sent (§1.2).
 *
 * @param oauthUrl `https://www.amocrm.ru/oauth`, or where else the environment says
 * @param state comes back unchanged: ties the answer to the one who asked
 */
export function consentPage(oauthUrl: string, clientId: string, state: string): string {
  const url = new URL(oauthUrl);
  url.searchParams.set('client_id', clientId);
  url.searchParams.set('state', state);
  url.searchParams.set('mode', 'popup');
  return url.href;
}

/**
 * Reads the query with which the browser comes back to `redirect_uri`. `referer` says where the code and the client's
 * secret are sent next, and whoever made the link wrote it: it must pass {@link portalUrl}'s allow-list.
 */
export function readConsent(query: URLSearchParams, extraOrigins: readonly string[] = []): Consent {
  const parameter = (name: string): string | undefined => {
    const value = query.get(name);
    return value === null || value === '' || value.length > longestParameter ? undefined : value;
  };
  const state = parameter('state');
  if (state === undefined) return { kind: 'malformed', parameter: 'state' };
  if (query.has('error')) return { kind: 'refused', state };
  const code = parameter('code');
  if (code === undefined) return { kind: 'malformed', parameter: 'code' };
  const account = portalUrl(parameter('referer') ?? '', extraOrigins);
  if (!account.ok) return { kind: 'malformed', parameter: 'referer' };
  return { kind: 'granted', code, origin: account.origin, state };
}
