/** What a caller has to be told of the portal, where amoCRM's own pages have it: its address and a long-lived token. */
import { button, el, say } from './dom.js';
import { page } from './portal.js';

export function integrationsView() {
  return [
    el('h2', '', 'Интеграции'),
    el(
      'p',
      'muted',
      'Чтобы программа писала в этот портал, ей нужны его адрес и токен. В amoCRM они там же: «Настройки» → «Интеграции» → ваша интеграция → «Ключи и доступы».',
    ),
    el(
      'ul',
      'panel',
      copyable('Адрес портала', location.origin),
      page.longLivedToken === null
        ? el('li', 'line', 'Долгосрочный токен', el('span', 'muted', 'отозван'))
        : copyable('Долгосрочный токен', page.longLivedToken),
    ),
  ];
}

function copyable(label, text) {
  const copy = button('Скопировать', `copy-${label}`, () => {
    void navigator.clipboard.writeText(text).then(
      () => say(`${label}: скопировано`, 'good'),
      () => say('Браузер не дал скопировать: выделите текст сами', 'bad'),
    );
  });
  copy.setAttribute('aria-label', `Скопировать: ${label}`);
  return el('li', 'line', el('span', '', label, el('small', 'secret', text)), copy);
}
