/** `79161234567` of `+79161234567`: tags (rules.md R7) and URLs. */
export function digits(e164: string): string {
  return e164.replace(/\D/g, '');
}

/** Russia and Kazakhstan: country code 7 and ten digits. */
export function isRussian(e164: string): boolean {
  return /^\+7\d{10}$/.test(e164);
}

/**
 * What to type into amoCRM's search: for Russia the ten national digits, which find `+7…`, `8…` and bare spellings
 * alike; for other countries the whole number. Hits are then verified with `samePhone`.
 */
export function nationalDigits(e164: string): string {
  return isRussian(e164) ? e164.slice(2) : digits(e164);
}

/** For logs: `+7916*****67`. Anything too short to stay anonymous that way is masked whole. */
export function maskPhone(phone: string): string {
  const sign = phone.startsWith('+') ? '+' : '';
  const all = digits(phone);
  if (all.length < 9) return '***';
  return `${sign}${all.slice(0, 4)}${'*'.repeat(all.length - 6)}${all.slice(-2)}`;
}
