/**
 * The name of one amoCRM account (design.md, Lanes): host family and account id. Another origin (`AMOCRM_EXTRA_ORIGINS`)
 * is a family of its own, because ids of two stand-ins may be equal.
 * @param origin canonical, as `portalUrl` gives it
 */
export function laneName(origin: string, amocrmAccountId: number): string {
  return `${familyOf(new URL(origin))}:${amocrmAccountId}`;
}

/** Kommo counts requests by the address that they come from, whatever the account (amocrm-api.md §2.1): one budget for all. */
export const sharesBudget = (lane: string): boolean => lane.startsWith(kommo);

/** The same before the account is known. @param origin canonical */
export const isOfSharedBudget = (origin: string): boolean => `${familyOf(new URL(origin))}:` === kommo;

/** What the names of lanes with one budget begin with. */
export const kommo = 'kommo:';

function familyOf(url: URL): string {
  if (url.hostname.endsWith('.amocrm.ru')) return 'ru';
  if (url.hostname.endsWith('.kommo.com') || url.hostname.endsWith('.amocrm.com')) return 'kommo';
  return url.host;
}
