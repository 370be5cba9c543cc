/** How numbers, times and phones are written for people. Times are Unix seconds. */

export function time(seconds) {
  const date = new Date(seconds * 1000);
  const isToday = date.toDateString() === new Date().toDateString();
  const node = document.createElement('time');
  node.textContent = isToday
    ? date.toLocaleString('ru-RU', { hour: '2-digit', minute: '2-digit' })
    : dayAndTime(seconds);
  node.dateTime = date.toISOString();
  node.title = date.toLocaleString('ru-RU');
  return node;
}

export function dayAndTime(seconds) {
  const options = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' };
  return new Date(seconds * 1000).toLocaleString('ru-RU', /** @type {Intl.DateTimeFormatOptions} */ (options));
}

export function talkTime(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** `plural(2, 'сделка', 'сделки', 'сделок')` → «2 сделки». */
export function plural(n, one, few, many) {
  const [last, lastTwo] = [n % 10, n % 100];
  const isFew = last >= 2 && last <= 4 && (lastTwo < 12 || lastTwo > 14);
  return `${n} ${last === 1 && lastTwo !== 11 ? one : isFew ? few : many}`;
}

export function prettyPhone(raw) {
  const parts = /^\+?7(\d{3})(\d{3})(\d{2})(\d{2})$/.exec(raw);
  return parts === null ? raw : `+7 ${parts[1]} ${parts[2]}-${parts[3]}-${parts[4]}`;
}
