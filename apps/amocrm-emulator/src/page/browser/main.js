/** Looks at the portal about once a second and shows the chosen part of it. */
import { accountView } from './account.js';
import { cardsView, tasksView } from './cards.js';
import { onChange, read } from './control.js';
import { dealsView } from './deals.js';
import { byId, button, el, replaceKeepingFocus } from './dom.js';
import { faultsView, updateFaults } from './faults.js';
import { integrationsView } from './integrations.js';
import { look, page, state } from './portal.js';
import { reportView, updateReport } from './report.js';
import { showLog, startLog } from './requests.js';
import { settingsView, updateSettings } from './settings.js';
import { unsortedView } from './unsorted.js';

const SHOWN_EVERY_MS = 1200;
const HIDDEN_EVERY_MS = 5000;

/**
 * `build` makes a view's elements. They are made anew when the part of the portal that the view is `of` has changed (all
 * of it unless said); a view with an `update` is built once per visit and then kept up to date in place. Both is how forms
 * keep what is being typed.
 */
const VIEWS = {
  contacts: {
    label: 'Контакты',
    isCounted: true,
    build: () => cardsView('contacts', 'Контактов пока нет: они появятся после первого звонка'),
  },
  companies: { label: 'Компании', isCounted: true, build: () => cardsView('companies', 'Компаний нет') },
  leads: { label: 'Сделки', isCounted: true, build: dealsView },
  unsorted: { label: 'Неразобранное', isCounted: true, build: unsortedView },
  tasks: { label: 'Задачи', isCounted: true, build: tasksView },
  account: { label: 'Аккаунт', build: accountView, of: () => [state.users, state.pipelines] },
  integrations: { label: 'Интеграции', build: integrationsView, of: () => page.longLivedToken },
  faults: { label: 'Сбои', build: faultsView, update: updateFaults },
  settings: { label: 'Настройки', build: settingsView, update: updateSettings },
  report: { label: 'Проверка', build: reportView, update: updateReport },
};

/** The card that the address names, until it has been shown; what lies in a claim is shown there. */
let wanted = /^\/(contacts|companies|leads)\/detail\/(\d+)$/.exec(location.pathname);
/** Where that card stands; it stays marked. @type {string | null} */
let marked = null;
let view = viewFromHash();
/** The view whose elements are in the document, with what it was built of. */
let built = '';
/** What was shown last, as text: an unchanged portal is not drawn again. */
let shown = '';
let timer = 0;
/** Counts the looks at the portal: the answer of one that a click has overtaken tells of the time before it. */
let looks = 0;
let catalogue = null;

function viewFromHash() {
  const name = location.hash.slice(1);
  return Object.hasOwn(VIEWS, name) ? name : (wanted?.[1] ?? 'contacts');
}

function render() {
  if (page === null) return;
  const isNew = lookForWanted();
  showTabs();
  const { build, update, of } = VIEWS[view];
  const made = update === undefined ? `${view} ${JSON.stringify(of ? of() : state)}` : view;
  if (built !== made) replaceKeepingFocus(byId('main'), ...build());
  built = made;
  void update?.();
  const node = marked === null ? null : document.querySelector(`[data-card="${CSS.escape(marked)}"]`);
  node?.classList.add('wanted');
  if (!isNew || node === null) return;
  if (node instanceof HTMLDetailsElement) node.open = true;
  node.scrollIntoView({ block: 'center' });
}

/** Turns to the view of the card that the address names, once it is there. @returns whether it was found just now */
function lookForWanted() {
  const [, type = '', id = ''] = wanted ?? [];
  const found = state[type]?.find((each) => String(each.id) === id);
  if (found === undefined) return false;
  wanted = null;
  const claim = found.unsorted_uid;
  view = claim === null ? type : 'unsorted';
  marked = claim === null ? `${type}/${id}` : `unsorted/${claim}`;
  return true;
}

function showTabs() {
  const tabs = Object.entries(VIEWS).map(([name, { label, isCounted }]) => {
    const content = [
      `${label} `,
      isCounted && el('b', '', String(state.counts[name])),
      name === 'faults' && page.faults.length > 0 && el('b', 'bad', String(page.faults.length)),
    ];
    const tab = button(content.filter(Boolean), `tab-${name}`, () => (location.hash = name), '');
    if (name === view) tab.setAttribute('aria-current', 'page');
    return tab;
  });
  replaceKeepingFocus(byId('tabs'), ...tabs);
}

function showPortals() {
  const here = page.portals.find((portal) => portal.id === state.portal.id);
  const health = byId('health');
  const isStopped = here.isBlocked || page.settings.subscriptionEndedAt !== null;
  health.className = isStopped ? 'bad' : '';
  health.textContent = here.isBlocked ? 'заблокирован' : isStopped ? 'подписка кончилась' : 'работает';
  byId('portals').replaceChildren(...(page.portals.length < 2 ? [] : page.portals.map(portalLink)));
}

function portalLink(portal) {
  const url = new URL(portal.url);
  url.hostname = location.hostname;
  url.hash = location.hash;
  const link = el('a', '', portal.name);
  link.href = url.href;
  if (portal.id === state.portal.id) link.setAttribute('aria-current', 'page');
  return link;
}

async function refresh() {
  clearTimeout(timer);
  looks += 1;
  const mine = looks;
  try {
    catalogue ??= JSON.parse(await read('catalogue'));
    const text = await read('page-data');
    if (mine !== looks) return;
    if (text !== shown) {
      shown = text;
      look({ ...JSON.parse(text), catalogue });
      render();
      showLog();
      showPortals();
    }
  } catch {
    if (mine !== looks) return;
    shown = '';
    byId('health').className = 'bad';
    byId('health').textContent = 'нет связи с эмулятором';
  }
  timer = setTimeout(refresh, document.hidden ? HIDDEN_EVERY_MS : SHOWN_EVERY_MS);
}

addEventListener('hashchange', () => {
  view = viewFromHash();
  render();
  scrollTo(0, 0);
});
onChange(refresh);
startLog();
void refresh();
