/** What stops a whole portal in real life, each by one click: 402, 401, 403, limits, silence, an access that is not renewed. */
import { change } from './control.js';
import { button, el, replaceKeepingFocus } from './dom.js';
import { page } from './portal.js';

const DAY_SEC = 24 * 3600;
const USUAL_PER_SECOND = 7;

const rule = (id, more) => ({
  isOn: () => page.faults.some((fault) => fault.id === id),
  on: () => change('POST', 'faults', { id, portal: page.state.portal.id, count: null, ...more }),
  off: () => change('DELETE', `faults/${id}`),
});
const setting = (isOn, on, off) => ({
  isOn: () => isOn(page.settings),
  on: () => change('PATCH', 'settings', on()),
  off: () => change('PATCH', 'settings', off),
});
const nowSec = () => Math.floor(page.nowMs / 1000);
const daysAgo = (settings) =>
  settings.subscriptionEndedAt === null ? -1 : (nowSec() - settings.subscriptionEndedAt) / DAY_SEC;

const STOPS = [
  {
    name: '402 на запись',
    what: 'подписка кончилась: читать ещё можно',
    ...setting(
      (settings) => daysAgo(settings) >= 0 && daysAgo(settings) < 30,
      () => ({ subscriptionEndedAt: nowSec() }),
      { subscriptionEndedAt: null },
    ),
  },
  {
    name: '402 на всё',
    what: 'подписка кончилась больше 30 дней назад',
    ...setting(
      (settings) => daysAgo(settings) >= 30,
      () => ({ subscriptionEndedAt: nowSec() - 31 * DAY_SEC }),
      { subscriptionEndedAt: null },
    ),
  },
  {
    name: '401',
    what: 'доступ интеграции отозван',
    ...rule('stop-401', { kind: 'http_error', status: 401 }),
  },
  {
    name: '403, блокировка',
    what: 'аккаунт заблокирован за превышение лимита: снимает только поддержка',
    isOn: () => page.portals.find((portal) => portal.id === page.state.portal.id)?.isBlocked ?? false,
    on: () => change('POST', 'block'),
    off: () => change('POST', 'unblock'),
  },
  {
    name: '403, чужой IP',
    what: 'адрес не в списке разрешённых для API',
    ...setting(
      (settings) => !settings.ipAllowed,
      () => ({ ipAllowed: false }),
      { ipAllowed: true },
    ),
  },
  {
    name: '429 на всё',
    what: 'лимит занят другими интеграциями аккаунта',
    ...rule('stop-429', { kind: 'rate_limit_burst', retryAfterSec: null }),
  },
  {
    name: '1 запрос в секунду',
    what: 'лимит меньше обычных семи',
    ...setting(
      (settings) => settings.requestsPerSecond === 1,
      () => ({ requestsPerSecond: 1 }),
      { requestsPerSecond: USUAL_PER_SECOND },
    ),
  },
  {
    name: '504 на всё',
    what: 'amoCRM не отвечает, ничего не записано',
    ...rule('stop-504', { kind: 'http_error', status: 504 }),
  },
  {
    name: 'Нет связи',
    what: 'соединение рвётся до ответа',
    ...rule('stop-reset', { kind: 'reset_before_body' }),
  },
  {
    name: 'Молчит',
    what: 'запрос принят, ответа нет минуту',
    ...rule('stop-silence', { kind: 'delay', ms: 60_000 }),
  },
  {
    name: '403, нет прав',
    what: 'токен выдал не администратор',
    ...rule('stop-rights', { kind: 'http_error', status: 403, html: false }),
  },
  {
    name: '404, аккаунта нет',
    what: 'удалён или переехал на другой адрес',
    ...rule('stop-404', { kind: 'http_error', status: 404, html: true }),
  },
  {
    name: '301, переехал',
    what: 'аккаунт отвечает по новому адресу',
    ...rule('stop-moved', { kind: 'http_error', status: 301 }),
  },
  {
    name: 'Другой аккаунт',
    what: 'адрес достался другому аккаунту amoCRM',
    ...setting(
      (settings) => settings.shownAccountId !== null,
      () => ({ shownAccountId: 99_000_001 }),
      { shownAccountId: null },
    ),
  },
  {
    name: 'Доступ не продлевается',
    what: 'обновление токена отклонено: нужна новая авторизация',
    ...rule('stop-refresh', { kind: 'http_error', status: 400, path: '/oauth2/access_token' }),
  },
  {
    name: 'Ответ на продление теряется',
    what: 'новый токен выдан, но не дошёл: старый уже не действует',
    ...rule('stop-lost-refresh', { kind: 'lose_answer_after_commit', path: '/oauth2/access_token' }),
  },
  {
    name: 'Лимит тарифа',
    what: 'новых карточек больше не завести',
    ...setting(
      (settings) => settings.entityLimit === 0,
      () => ({ entityLimit: 0 }),
      { entityLimit: null },
    ),
  },
];

/** @type {HTMLElement[]} */
let buttons = [];
/** @type {HTMLElement} */
let access;

export function stopsSection() {
  buttons = STOPS.map((stop, index) => {
    const click = () => (stop.isOn() ? stop.off() : stop.on());
    return button([el('b', '', stop.name), el('small', '', stop.what)], `stop-${index}`, click, 'stop');
  });
  access = el('ul', 'panel', '');
  return [el('h2', '', 'Остановить портал'), el('div', 'stops', buttons), el('h2', '', 'Доступ интеграций'), access];
}

/** What happens to an access once, and is undone by a new consent only. */
function accessRow({ clientId, name, isConnected }) {
  const expire = button('Истёк срок доступа', `expire-${clientId}`, () =>
    change('POST', 'portal/tokens/expire', undefined, 'Токены доступа больше не действуют'),
  );
  const disconnect = button('Отключить интеграцию', `disconnect-${clientId}`, () => {
    const answer = prompt('Кому сообщить об отключении: адрес интеграции (пусто — никому)', '');
    if (answer === null) return;
    const disconnectUrl = answer.trim() || null;
    void change('POST', 'oauth/disconnect', { clientId, disconnectUrl }, 'Интеграция отключена');
  });
  const label = el('span', '', name, ' ', el('small', 'muted', isConnected ? 'подключена' : 'не подключена'));
  return el('li', 'line', label, el('span', 'actions', expire, disconnect));
}

export function updateStops() {
  buttons.forEach((node, index) => node.setAttribute('aria-pressed', String(STOPS[index]?.isOn() ?? false)));
  replaceKeepingFocus(access, ...page.integrations.map(accessRow));
}
