import { type PhoneSearch } from './store/search.js';

/**
 * What nobody knows about amoCRM, or what an account can be like: a switch each (§12.1; defaults are its defaults).
 * Changed over `PATCH /_emulator/settings`.
 */
export interface PortalSettings {
  /** Lists and `query` do not show writes younger than this. */
  listingLagMs: number;
  /** Requests per sliding second for one integration, and for the whole account (§2.1). */
  requestsPerSecond: number;
  accountRequestsPerSecond: number;
  /** So many 429 within the window block the account (403) until unblocked; 0 never blocks. */
  blockAfterRejections: number;
  blockWindowMs: number;
  /** What a 429 says: body field and header, in seconds; null leaves them out. */
  retryAfterInBody: number | null;
  retryAfterHeader: number | null;
  /** The paid filter add-on (§3.5); off: `filter` on cards is ignored in silence. */
  paidFilters: boolean;
  phoneSearch: PhoneSearch;
  /** One invalid item in a batch: the whole batch refused, or the good items kept and answered with 400 or 200. */
  invalidItem: 'refuse_batch' | 'keep_good_400' | 'keep_good_200';
  /** `unsorted/*` metadata: required as documented, or anything goes. */
  unsortedMetadata: 'documented' | 'lenient';
  /** A claim like one that still waits: same source_uid, uniq, phone and time, or already the same source_uid. */
  unsortedDuplicate: 'all_equal' | 'source_uid';
  /** `query` and lists also return contacts of claims that wait (§3.6 UNVERIFIED). */
  hiddenContactsListed: boolean;
  /** Accepting a claim bumps its contact's updated_at. */
  acceptTouchesContact: boolean;
  /** Reading a deleted card by id: 204, or the card with is_deleted. */
  deletedById: 'no_content' | 'is_deleted';
  /** Unix seconds when the subscription ended (402 on writes at once, on reads after 30 days); null: it is paid. */
  subscriptionEndedAt: number | null;
}

export const DEFAULT_SETTINGS: PortalSettings = {
  listingLagMs: 200,
  requestsPerSecond: 7,
  accountRequestsPerSecond: 50,
  blockAfterRejections: 15,
  blockWindowMs: 10_000,
  retryAfterInBody: 300,
  retryAfterHeader: null,
  paidFilters: false,
  phoneSearch: 'national_digits',
  invalidItem: 'refuse_batch',
  unsortedMetadata: 'documented',
  unsortedDuplicate: 'all_equal',
  hiddenContactsListed: false,
  acceptTouchesContact: true,
  deletedById: 'no_content',
  subscriptionEndedAt: null,
};

type Check = (value: unknown) => boolean;
const count: Check = (value) => typeof value === 'number' && Number.isInteger(value) && value >= 0;
const flag: Check = (value) => typeof value === 'boolean';
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const oneOf =
  (...choices: string[]): Check =>
  (value) =>
    typeof value === 'string' && choices.includes(value);

const CHECKS: Record<keyof PortalSettings, Check> = {
  listingLagMs: count,
  requestsPerSecond: count,
  accountRequestsPerSecond: count,
  blockAfterRejections: count,
  blockWindowMs: count,
  retryAfterInBody: orNull(count),
  retryAfterHeader: orNull(count),
  paidFilters: flag,
  phoneSearch: oneOf('national_digits', 'plain', 'digits'),
  invalidItem: oneOf('refuse_batch', 'keep_good_400', 'keep_good_200'),
  unsortedMetadata: oneOf('documented', 'lenient'),
  unsortedDuplicate: oneOf('all_equal', 'source_uid'),
  hiddenContactsListed: flag,
  acceptTouchesContact: flag,
  deletedById: oneOf('no_content', 'is_deleted'),
  subscriptionEndedAt: orNull(count),
};

/** Changes the named switches, all or none; answers what was wrong with the rest. */
export function changeSettings(settings: PortalSettings, changes: Record<string, unknown>): string[] {
  const checks = new Map(Object.entries(CHECKS));
  const wrong = Object.entries(changes)
    .filter(([name, value]) => !(checks.get(name)?.(value) ?? false))
    .map(([name]) => (checks.has(name) ? `${name}: not a possible value` : `${name}: no such switch`));
  if (wrong.length === 0) Object.assign(settings, changes);
  return wrong;
}
