/** What goes wrong: the stops of a whole portal by one click, and a switch for every kind of fault. */
import { change } from './control.js';
import { button, el, toggle } from './dom.js';
import { parameterInput } from './parameter-input.js';
import { page } from './portal.js';
import { plural } from './words.js';
import { faultName } from './requests.js';
import { stopsSection, updateStops } from './stops.js';

/** Faults that are switched on here carry this before their kind, so that the page knows its own. */
const OWN = 'page-';

const REQUESTS = [
  ['', 'все запросы'],
  ['/api/v4/contacts', 'контакты'],
  ['/api/v4/leads', 'сделки'],
  ['/api/v4/leads/complex', 'сделка с контактом (complex)'],
  ['/api/v4/leads/unsorted/**', 'неразобранное'],
  ['/api/v4/**/notes', 'примечания и звонки'],
  ['/api/v4/tasks', 'задачи'],
  ['/api/v4/account', 'аккаунт'],
  ['/oauth2/**', 'OAuth'],
];
const HOOKS = [
  ['', 'все события'],
  ['/add_lead', 'создана сделка'],
  ['/update_lead', 'изменена сделка'],
  ['/status_lead', 'сменился этап сделки'],
  ['/add_contact', 'создан контакт'],
  ['/update_contact', 'изменён контакт'],
  ['/delete_contact', 'удалён контакт'],
  ['/note_lead', 'примечание в сделке'],
  ['/note_contact', 'примечание в контакте'],
];
const MOMENTS = {
  before_reading: 'до чтения запроса',
  before_answer: 'запрос прочитан и пропущен',
  webhook: 'при отправке вебхука',
};
const METHODS = ['', 'GET', 'POST', 'PATCH', 'DELETE'];

/** @type {{ kind: string, isOn: HTMLInputElement, fired: HTMLElement }[]} */
let rows = [];
/** @type {HTMLElement} */
let foreign;

/** Built once per visit, so that a look at the server never takes away what is being typed. */
export function faultsView() {
  rows = [];
  foreign = el('div', '');
  const ofRequests = page.catalogue.faults.filter((fault) => fault.moment !== 'webhook');
  const ofHooks = page.catalogue.faults.filter((fault) => fault.moment === 'webhook');
  return [
    ...stopsSection(),
    el('h2', '', 'Сбои отдельных запросов'),
    el(
      'p',
      'hint',
      'Каждый сбой виден в журнале справа. Вероятность и число раз считаются по зерну, поэтому прогон повторим.',
    ),
    el('div', 'panel', ofRequests.map(faultRow)),
    el('h2', '', 'Сбои вебхуков'),
    el('div', 'panel', ofHooks.map(faultRow)),
    foreign,
    el(
      'p',
      'actions',
      button('Выключить все сбои', 'all-off', () => change('DELETE', 'faults', undefined, 'Все сбои выключены')),
    ),
  ];
}

export function updateFaults() {
  updateStops();
  for (const { kind, isOn, fired } of rows) {
    const rule = page.faults.find((candidate) => candidate.id === OWN + kind);
    if (document.activeElement !== isOn || rule !== undefined) isOn.checked = rule !== undefined;
    fired.textContent = rule === undefined ? '' : times(rule);
  }
  const others = page.faults.filter((rule) => !rule.id.startsWith(OWN));
  foreign.replaceChildren(
    ...(others.length === 0 ? [] : [el('h2', '', 'Заданы не здесь'), el('ul', 'panel', others.map(otherRule))]),
  );
}

function faultRow({ kind, label, moment, parameters }) {
  const scope = scopeInputs(kind, moment === 'webhook');
  const own = parameters.map((parameter) => ({
    parameter,
    ...parameterInput(parameter, parameter.initial ?? suggestion(parameter), `${kind}-${parameter.name}`, again),
  }));
  const fired = el('span', 'fired', '');
  const isOn = toggle(label, `fault-${kind}`, false, (on) => void (on ? switchOn() : switchOff()));
  rows.push({ kind, isOn, fired });

  function rule() {
    const values = own.map(({ parameter, read }) => [parameter.name, read()]);
    return { id: OWN + kind, kind, portal: page.state.portal.id, ...scope.read(), ...Object.fromEntries(values) };
  }
  const switchOn = () => change('POST', 'faults', rule(), `Включено: ${label}`);
  const switchOff = () => change('DELETE', `faults/${OWN}${kind}`, undefined, `Выключено: ${label}`);
  /** A changed parameter of a fault that is on takes effect at once. */
  async function again() {
    if (!isOn.checked) return;
    await change('DELETE', `faults/${OWN}${kind}`);
    await switchOn();
  }
  scope.onChange(again);

  return el(
    'section',
    'fault-row',
    el(
      'div',
      'fault-head',
      isOn,
      el('div', '', el('h3', '', label, ' ', fired), el('small', 'muted', MOMENTS[moment])),
    ),
    el(
      'div',
      'fields',
      own.map(({ parameter, node }) => field(parameter.label, node)),
      scope.fields,
    ),
  );
}

/** Where and how often: the same for every kind. */
function scopeInputs(kind, isOfHooks) {
  const paths = el(
    'select',
    '',
    (isOfHooks ? HOOKS : REQUESTS).map(([value, text]) => choice(value, text)),
  );
  const methods = el(
    'select',
    '',
    METHODS.map((value) => choice(value, value === '' ? 'любой метод' : value)),
  );
  const percent = number(100, 1, 100);
  const often = number(null, 1, null);
  often.placeholder = 'всегда';
  const inputs = { path: paths, method: methods, probability: percent, count: often };
  for (const [name, input] of Object.entries(inputs)) input.dataset.key = `${kind}-rule-${name}`;
  return {
    fields: [
      field(isOfHooks ? 'события' : 'запросы', paths),
      !isOfHooks && field('метод', methods),
      field('вероятность, %', percent),
      field('раз', often),
    ],
    onChange: (then) => Object.values(inputs).forEach((input) => input.addEventListener('change', then)),
    read: () => ({
      path: paths.value === '' ? null : paths.value,
      method: methods.value === '' ? null : methods.value,
      probability: Math.min(Math.max(Number(percent.value) || 100, 1), 100) / 100,
      count: often.value === '' ? null : Number(often.value),
    }),
  };
}

/** Something to start from where the API wants a value and has no default. */
function suggestion({ name, min, isNullable }) {
  if (isNullable) return null;
  if (name === 'status') return 502;
  return name === 'ms' ? 3000 : min;
}

function otherRule(rule) {
  const where = [rule.portal ?? 'все порталы', rule.method ?? 'любой метод', rule.path ?? 'все запросы'].join(' · ');
  return el(
    'li',
    'line',
    el('span', '', faultName(rule.action.kind), ' ', el('small', 'muted', `${where} · ${times(rule)}`)),
    button('Снять', `remove-${rule.id}`, () =>
      change('DELETE', `faults/${encodeURIComponent(rule.id)}`, undefined, 'Сбой снят'),
    ),
  );
}

function times(rule) {
  const left = rule.count === null ? '' : ` из ${rule.count}`;
  return `сработал ${rule.count === null ? plural(rule.fired, 'раз', 'раза', 'раз') : `${rule.fired}${left}`}`;
}

function field(label, input) {
  return el('label', 'field-of', el('span', '', label), input);
}

function choice(value, text) {
  const option = el('option', '', text);
  option.value = value;
  return option;
}

function number(value, min, max) {
  const input = el('input', '');
  input.type = 'number';
  input.min = String(min);
  if (max !== null) input.max = String(max);
  if (value !== null) input.value = String(value);
  return input;
}
