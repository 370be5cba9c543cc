/**
 * The name of one amoCRM account (design.md, Lanes): host family and account id. Another origin (`AMOCRM_EXTRA_ORIGINS`)
 * is a family of its own, because ids of two stand-ins may be equal.
 * @param origin canonical, as `portalUrl` gives it
 */
export function laneName(origin: string, amocrmAccountId: number): string {
  return `${familyOf(new URL(origin))}:${amocrmAccountId}`;
}

function familyOf(url: URL): string {
  if (url.hostname.endsWith('.amocrm.ru')) return 'ru';
  if (url.hostname.endsWith('.kommo.com') || url.hostname.endsWith('.amocrm.com')) return 'kommo';
  return url.host;
}
