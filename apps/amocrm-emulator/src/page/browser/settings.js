/** The switches for what nobody knows about amoCRM (§12.1), and the portal's fresh starts. */
import { change } from './control.js';
import { button, el } from './dom.js';
import { parameterInput } from './parameter-input.js';
import { page } from './portal.js';

/** @type {{ name: string, isDefault: boolean, node: HTMLElement, initial: unknown }[]} */
let rows = [];

export function settingsView() {
  rows = page.catalogue.switches.map((parameter) => ({
    name: parameter.name,
    initial: parameter.initial,
    node: el(
      'label',
      'line',
      el('span', '', parameter.label, ' ', el('code', 'muted', parameter.name)),
      parameterInput(parameter, page.settings[parameter.name], `switch-${parameter.name}`, (value) =>
        change('PATCH', 'settings', { [parameter.name]: value }, 'Переключено'),
      ).node,
    ),
  }));
  return [
    el('h2', '', 'Как ведёт себя amoCRM'),
    el(
      'p',
      'hint',
      'О чём документация молчит или спорит сама с собой, то здесь переключатель. Отмечено то, что изменено.',
    ),
    el(
      'div',
      'panel',
      rows.map((row) => row.node),
    ),
    el('h2', '', 'Начать заново'),
    el(
      'p',
      'actions',
      button(
        'Убрать все карточки',
        'clear',
        () => sure('Убрать все карточки, примечания и задачи?') && change('POST', 'reset', { keepDirectory: true }),
      ),
      button(
        'Вернуть портал к первому дню',
        'reset',
        () => sure('Вернуть портал к первому дню?') && change('POST', 'reset'),
      ),
    ),
  ];
}

export function updateSettings() {
  for (const row of rows) row.node.classList.toggle('changed', page.settings[row.name] !== row.initial);
}

const sure = (question) => confirm(question);
