/** What a typed or pasted portal address turned out to be. */
export type PortalUrl =
  | {
      ok: true;
      /** Canonical origin, such as `https://demo.amocrm.ru`: no path, no trailing slash. Equal for every spelling. */
      origin: string;
    }
  | { ok: false; reason: PortalUrlProblem };

export type PortalUrlProblem =
  /** Not an address at all, or one with characters that are not plain ASCII letters, digits and hyphens. */
  | 'malformed'
  /** User name or password inside the address. */
  | 'userinfo'
  /** Plain http, or another scheme, and not an extra origin. */
  | 'scheme'
  /** A port of its own, and not an extra origin. */
  | 'port'
  /** An IP address, a host outside the vendor's domains, or the vendor's own pages (`www.amocrm.ru`). */
  | 'host';

/** The vendor's families; accounts live one level below (amocrm-api.md §1.1). */
const families = ['amocrm.ru', 'amocrm.com', 'kommo.com'];
/** Hosts of the vendor that are not accounts. API calls never go to `www` (§1.1). */
const notAccounts = new Set(['www', 'api', 'oauth']);
const label = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/u;

/**
 * Turns every spelling that people paste into one origin, and refuses every host that is not an account of the vendor
 * (design.md property 8: an operator-entered address must not reach anything else).
 *
 * Allowed: `{subdomain}.amocrm.ru`, `.amocrm.com`, `.kommo.com` over https on its standard port, and the origins of
 * `AMOCRM_EXTRA_ORIGINS` (interfaces.md), exactly as written there: the only way to plain http, ports and other hosts.
 * No name is resolved here: the vendor's domains are not in the operator's hands.
 *
 * @param input what was typed: with or without scheme, path, upper case, trailing slash or dot, spaces around
 * @param extraOrigins parsed by {@link parseExtraOrigins}
 */
export function portalUrl(input: string, extraOrigins: readonly string[] = []): PortalUrl {
  const typed = input.trim();
  // URL() would repair backslashes, drop tabs and map unicode look-alikes to letters: nobody types an account so.
  if (typed === '' || typed.length > 2048 || /[^\x21-\x7e]|\\/u.test(typed)) return { ok: false, reason: 'malformed' };

  const url = parse(/^[a-z][a-z0-9+.-]*:\/\//iu.test(typed) ? typed : `https://${typed}`);
  if (!url) return { ok: false, reason: 'malformed' };
  if (url.username !== '' || url.password !== '' || /^[^/?#]*@/u.test(typed.replace(/^[^/]*:\/\//u, ''))) {
    return { ok: false, reason: 'userinfo' };
  }
  if (extraOrigins.includes(url.origin)) return { ok: true, origin: url.origin };
  const bare = parse(`http://${typed}`);
  if (!typed.includes('://') && bare && extraOrigins.includes(bare.origin)) return { ok: true, origin: bare.origin };

  // People paste http:// for a host that only speaks https: the host decides, the scheme is corrected.
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return { ok: false, reason: 'scheme' };
  const host = url.hostname.replace(/\.$/u, '');
  const family = families.find((name) => host.endsWith(`.${name}`));
  if (family === undefined) return { ok: false, reason: 'host' };
  const subdomain = host.slice(0, -family.length - 1);
  if (!label.test(subdomain) || subdomain.startsWith('xn--') || notAccounts.has(subdomain)) {
    return { ok: false, reason: 'host' };
  }
  if (url.port !== '' && !(url.protocol === 'http:' && url.port === '443')) return { ok: false, reason: 'port' };
  return { ok: true, origin: `https://${host}` };
}

/**
 * Reads `AMOCRM_EXTRA_ORIGINS`: a comma list such as `http://127.0.0.1:3010`.
 *
 * @throws Error that names the entry which is not a plain http or https origin (no path, no user)
 */
export function parseExtraOrigins(list: string | undefined): string[] {
  return (list ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map((entry) => {
      const url = parse(entry);
      const plain =
        url && /^https?:$/u.test(url.protocol) && url.pathname === '/' && url.search === '' && url.hash === '';
      if (!plain || url.username !== '' || url.password !== '') {
        throw new Error(`AMOCRM_EXTRA_ORIGINS: "${entry}" is not an origin such as http://127.0.0.1:3010`);
      }
      return url.origin;
    });
}

function parse(input: string): URL | undefined {
  return URL.canParse(input) ? new URL(input) : undefined;
}
