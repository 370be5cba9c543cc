/** What a caller has done wrong, from the contents and the request log: `GET /_emulator/report`. */
import { read } from './control.js';
import { el, say } from './dom.js';
import { page } from './portal.js';
import { plural } from './words.js';

/** @type {HTMLElement} */
let place;
let seen = -1;

export function reportView() {
  place = el('div', '', el('p', 'empty', 'Проверяется…'));
  seen = -1;
  return [place];
}

/** Looked at again when there are new requests. */
export async function updateReport() {
  if (seen === page.log.total) return;
  seen = page.log.total;
  try {
    const { findings, requests, requestsDropped } = JSON.parse(await read('report'));
    const violations = findings.reduce((sum, finding) => sum + finding.cases.length, 0);
    const dropped = requestsDropped > 0 ? `; более ранние ${requestsDropped} журнал уже не хранит` : '';
    place.replaceChildren(
      el('h2', '', violations === 0 ? 'Нарушений нет' : plural(violations, 'нарушение', 'нарушения', 'нарушений')),
      el('p', 'hint', `По содержимому портала и ${plural(requests, 'запросу', 'запросам', 'запросам')}${dropped}.`),
      ...findings.map(findingSection),
    );
  } catch {
    say('Отчёт не получен', 'bad');
  }
}

const SHOWN = 20;

function findingSection({ title, explanation, cases }) {
  const more = cases.length - SHOWN;
  const list = el(
    'ul',
    'cases',
    cases.slice(0, SHOWN).map((text) => el('li', '', text)),
    more > 0 && el('li', 'muted', `и ещё ${more}`),
  );
  return el(
    'section',
    'panel finding',
    el(
      'h3',
      '',
      el('span', `badge ${cases.length > 0 ? 'bad' : 'good'}`, cases.length > 0 ? String(cases.length) : '✓'),
      ' ',
      title,
    ),
    el('p', 'hint', explanation),
    cases.length > 0 && list,
  );
}
