/** The live log of requests to the API: a line each, which opens to tell the rest. */
import { byId, el, replaceKeepingFocus } from './dom.js';
import { page } from './portal.js';

/** Seqs of entries that are open. */
const open = new Set();
let troubleOnly = false;

const DELIVERY = {
  pending: 'ещё не отвечено',
  sent: 'ответ отправлен',
  lost: 'ответ потерян: соединение сброшено',
  spoilt: 'ответ испорчен',
  late: 'ответ отправлен с опозданием',
};

export function startLog() {
  const box = /** @type {HTMLInputElement} */ (byId('troubleOnly'));
  box.addEventListener('change', () => {
    troubleOnly = box.checked;
    showLog();
  });
}

export function showLog() {
  const { requests, total } = page.log;
  byId('requestCount').textContent = String(total);
  const shown = requests.filter((entry) => !troubleOnly || toneOf(entry) !== '').reverse();
  const empty = el(
    'li',
    'muted nothing',
    troubleOnly && total > 0 ? 'Сбоев и отказов не было' : 'Запросов ещё не было',
  );
  replaceKeepingFocus(byId('log'), ...(shown.length === 0 ? [empty] : shown.map(line)));
}

function toneOf(entry) {
  if (entry.delivery === 'lost' || entry.status >= 500 || entry.whileBlocked) return 'bad';
  return entry.status >= 400 || entry.fault ? 'warn' : '';
}

function line(entry) {
  const status = entry.delivery === 'lost' ? 'сброс' : entry.status === null ? '…' : String(entry.status);
  const summary = el(
    'summary',
    '',
    el('span', `code ${toneOf(entry)}`, status),
    el('span', 'method', entry.method),
    el(
      'span',
      'path',
      breakable(entry.path.replace('/api/v4', '') + plain(entry.search)),
      entry.items > 1 && ` ×${entry.items}`,
    ),
    el('time', '', clock(entry.atMs)),
    entry.fault && el('span', 'fault', `сбой: ${faultName(entry.fault.kind)}`),
  );
  summary.dataset.key = `request-${entry.seq}`;
  const node = el('details', '', summary);
  node.open = open.has(entry.seq);
  if (node.open) node.append(details(entry));
  node.addEventListener('toggle', () => {
    if (node.open === open.has(entry.seq)) return;
    if (node.open) {
      open.add(entry.seq);
      node.append(details(entry));
    } else {
      open.delete(entry.seq);
      node.replaceChildren(summary);
    }
  });
  return el('li', '', node);
}

function details(entry) {
  const rows = [
    ['№', String(entry.seq)],
    ['токен', entry.tokenId ?? 'нет'],
    ['интеграция', entry.integrationId ?? '—'],
    ['записей в теле', String(entry.items)],
    ['статус', entry.status === null ? '—' : String(entry.status)],
    ['ответ', DELIVERY[entry.delivery] ?? entry.delivery],
    ['время ответа', entry.finishedAtMs === null ? '—' : `${entry.finishedAtMs - entry.atMs} мс`],
    ['сбой', entry.fault && `${faultName(entry.fault.kind)} (${entry.fault.id})`],
    ['во время блокировки', entry.whileBlocked && 'да'],
    ['метки', entry.markers.join('\n')],
    ['неизвестные поля', entry.unknownFields.join(', ')],
  ];
  return el(
    'dl',
    'facts-table',
    rows.filter(([, value]) => value).flatMap(([name, value]) => [el('dt', '', name), el('dd', '', value)]),
  );
}

export function faultName(kind) {
  return page.catalogue.faults.find((fault) => fault.kind === kind)?.label ?? kind;
}

const clock = (ms) => new Date(ms).toLocaleTimeString('ru-RU');

function plain(search) {
  try {
    return decodeURIComponent(search.replaceAll('+', ' '));
  } catch {
    return search;
  }
}

function breakable(text) {
  return text.split(/(?=[?&])/).flatMap((part) => [part, document.createElement('wbr')]);
}
