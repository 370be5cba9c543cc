/**
 * The page's own script: fetches the state, builds elements. Data reaches the document as text nodes only, links only
 * when they are http(s), so nothing that a caller stored can become markup.
 */
export const PAGE_SCRIPT = String.raw`
'use strict';
const TABS = [['contacts', 'Контакты'], ['companies', 'Компании'], ['leads', 'Сделки'], ['unsorted', 'Неразобранное'], ['tasks', 'Задачи']];
const CALL_STATUS = { 1: 'оставлено сообщение', 2: 'перезвонить позже', 3: 'нет на месте', 4: 'разговор состоялся', 5: 'неверный номер', 6: 'нет ответа', 7: 'занято' };
const FAULTS = { lose_answer_after_commit: 'ответ потерян после записи', hold_answer: 'ответ задержан', reset_before_body: 'сброс до запроса', reset_mid_request: 'сброс посреди запроса', http_error: 'ошибка сервера', malformed_json: 'испорченный JSON', truncated: 'ответ оборван', rate_limit_burst: 'отказ по лимиту', delay: 'задержка' };
const ICONS = {
  in: 'M17 7 7 17M7 9v8h8', out: 'M7 17 17 7M9 7h8v8', missed: 'M17 7 7 17M7 9v8h8',
  lead: 'M4 7h16v12H4zM9 7V5h6v2', task: 'M5 12l5 5L20 7', note: 'M5 6h14M5 12h14M5 18h8'
};
const byId = (id) => document.getElementById(id);
const tabFromHash = () => (TABS.some(([id]) => '#' + id === location.hash) ? location.hash.slice(1) : 'contacts');
let tab = tabFromHash();
let state = null;
let shown = '';

function el(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  for (const child of children.flat()) if (child !== null && child !== undefined && child !== false) node.append(child);
  return node;
}
function icon(name, tone) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return el('span', 'icon ' + (tone || ''), svg);
}
function link(text, href) {
  let url;
  try { url = new URL(href); } catch { return null; }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  const a = el('a', '', text);
  a.href = url.href;
  a.target = '_blank';
  a.rel = 'noopener noreferrer';
  return a;
}
function time(seconds) {
  const date = new Date(seconds * 1000);
  const today = date.toDateString() === new Date().toDateString();
  const node = el('time', '', date.toLocaleString('ru-RU', today ? { hour: '2-digit', minute: '2-digit' } : { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }));
  node.dateTime = date.toISOString();
  node.title = date.toLocaleString('ru-RU');
  return node;
}
const talk = (sec) => Math.floor(sec / 60) + ':' + String(sec % 60).padStart(2, '0');
const plural = (n, one, few, many) => { const a = n % 10, b = n % 100; return n + ' ' + (a === 1 && b !== 11 ? one : a >= 2 && a <= 4 && (b < 12 || b > 14) ? few : many); };
const prettyPhone = (raw) => { const m = /^\+?7(\d{3})(\d{3})(\d{2})(\d{2})$/.exec(raw); return m ? '+7 ' + m[1] + ' ' + m[2] + '-' + m[3] + '-' + m[4] : raw; };
const userName = (id) => (id === 0 ? 'Робот' : state.users.find((u) => u.id === id)?.name || 'пользователь ' + id);
const pipelineOf = (lead) => state.pipelines.find((p) => p.id === lead.pipeline_id);
const stageOf = (lead) => pipelineOf(lead)?.statuses.find((s) => s.id === lead.status_id);
const valuesOf = (card, code) => card.custom_fields_values.filter((f) => f.field_code === code).flatMap((f) => f.values.map((v) => String(v.value)));
const live = (cards) => cards.filter((c) => !c.is_deleted && c.unsorted_uid === null);
const newest = (rows) => [...rows].sort((a, b) => b.id - a.id);
function stageBadge(lead) {
  const stage = stageOf(lead);
  const node = el('span', 'stage', stage?.name || 'этап удалён');
  if (stage) node.style.setProperty('--stage', stage.color);
  return node;
}
const joined = (parts, separator) => parts.filter(Boolean).flatMap((part, i) => (i ? [separator, el('span', '', part)] : [el('span', '', part)]));

function noteItem(note, where) {
  const p = note.params;
  if (note.note_type !== 'call_in' && note.note_type !== 'call_out') {
    return feedItem(icon('note'), [String(p.text ?? note.note_type)], [where, userName(note.responsible_user_id)], note.created_at);
  }
  const incoming = note.note_type === 'call_in';
  const missed = !(p.duration > 0);
  const title = (incoming ? (missed ? 'Пропущенный звонок' : 'Входящий звонок') : (missed ? 'Исходящий без ответа' : 'Исходящий звонок')) + (missed ? '' : ', ' + talk(p.duration));
  const outcome = p.call_result || CALL_STATUS[p.call_status];
  return feedItem(
    icon(missed ? 'missed' : incoming ? 'in' : 'out', missed ? 'bad' : 'good'),
    [title],
    [prettyPhone(String(p.phone ?? '')), outcome, userName(note.responsible_user_id), where, p.link && link('▶ запись', p.link)],
    note.created_at
  );
}
function leadItem(lead) {
  return feedItem(icon('lead'), [lead.name, ' ', stageBadge(lead)], [pipelineOf(lead)?.name, userName(lead.responsible_user_id), lead.tags.map((t) => '#' + t).join(' ')], lead.created_at);
}
function taskItem(task, where) {
  const overdue = !task.is_completed && task.complete_till * 1000 < Date.now();
  const due = new Date(task.complete_till * 1000).toLocaleString('ru-RU', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
  return feedItem(icon('task', task.is_completed ? 'good' : overdue ? 'bad' : 'warn'), [task.text], [(task.is_completed ? 'выполнена' : (overdue ? 'просрочена, срок ' : 'до ') + due), userName(task.responsible_user_id), where], task.created_at);
}
function feedItem(mark, what, details, at) {
  const row = el('li', '', mark, el('div', 'what', what, el('small', '', joined(details, ' · '))), time(at));
  row.dataset.at = at;
  return row;
}
function feedOf(type, card) {
  const leads = live(state.leads).filter((l) => (type === 'contacts' ? l.contacts.some((c) => c.id === card.id) : l.company_id === card.id && l.contacts.length === 0));
  const own = (row) => row.entity_type === type && row.entity_id === card.id;
  const rows = [
    ...state.notes.filter(own).map((n) => noteItem(n)),
    ...state.tasks.filter(own).map((t) => taskItem(t)),
    ...leads.map(leadItem),
    ...leads.flatMap((l) => [
      ...state.notes.filter((n) => n.entity_type === 'leads' && n.entity_id === l.id).map((n) => noteItem(n, 'в сделке')),
      ...state.tasks.filter((t) => t.entity_type === 'leads' && t.entity_id === l.id).map((t) => taskItem(t, 'по сделке'))
    ])
  ];
  return rows.sort((a, b) => b.dataset.at - a.dataset.at);
}
function cardView(type, card) {
  const known = new Set(['PHONE', 'EMAIL']);
  const fields = card.custom_fields_values.filter((f) => !known.has(f.field_code));
  const phones = valuesOf(card, 'PHONE');
  const feed = feedOf(type, card);
  return el('article', 'card',
    el('header', '',
      el('h3', '', card.name || 'Без имени'),
      phones.length > 0 && el('p', 'phone', phones.map(prettyPhone).join(', ')),
      el('p', 'facts', el('span', '', userName(card.responsible_user_id)), valuesOf(card, 'EMAIL').map((mail) => el('span', '', mail))),
      card.tags.length > 0 && el('p', 'tags', card.tags.map((t) => el('span', 'tag', t))),
      fields.map((f) => el('p', 'field', f.field_name + ': ' + f.values.map((v) => v.value).join(', ')))),
    feed.length > 0 && el('ul', 'feed', feed));
}
function contactsView(type, emptyText) {
  const cards = newest(live(state[type]));
  return cards.length === 0 ? [el('p', 'empty', emptyText)] : [el('div', 'cards', cards.map((c) => cardView(type, c)))];
}
function leadsView() {
  const leads = live(state.leads);
  return state.pipelines.flatMap((pipeline) => {
    const own = leads.filter((l) => l.pipeline_id === pipeline.id);
    const lanes = pipeline.statuses.filter((s) => s.type === 0).sort((a, b) => a.sort - b.sort).map((stage) => {
      const here = newest(own.filter((l) => l.status_id === stage.id));
      const lane = el('section', 'lane', el('h3', '', el('span', '', stage.name), el('span', 'muted', String(here.length))), here.map(leadCard));
      lane.title = stage.name;
      lane.style.setProperty('--stage', stage.color);
      return lane;
    });
    return [el('h2', '', pipeline.name, ' ', el('span', 'muted', plural(own.length, 'сделка', 'сделки', 'сделок'))), el('div', 'board', lanes)];
  });
}
function leadCard(lead) {
  const people = lead.contacts.map((c) => state.contacts.find((x) => x.id === c.id)?.name || 'контакт ' + c.id);
  const calls = state.notes.filter((n) => n.entity_type === 'leads' && n.entity_id === lead.id && n.note_type.startsWith('call_')).length;
  return el('article', 'card',
    el('h3', '', lead.name),
    el('p', 'facts', people.map((name) => el('span', '', name))),
    el('p', 'facts', el('span', '', userName(lead.responsible_user_id)), calls > 0 && el('span', '', plural(calls, 'звонок', 'звонка', 'звонков'))),
    lead.tags.length > 0 && el('p', 'tags', lead.tags.map((t) => el('span', 'tag', t))));
}
function unsortedView() {
  const claims = newest(state.unsorted.filter((c) => c.outcome === 'waiting'));
  if (claims.length === 0) return [el('p', 'empty', 'В неразобранном пусто')];
  return [el('div', 'cards', claims.map((claim) => {
    const m = claim.metadata;
    const lead = state.leads.find((l) => l.id === claim.lead_id);
    const contact = state.contacts.find((c) => c.id === claim.contact_id);
    const sip = claim.category === 'sip';
    const seconds = Number(m.duration ?? 0);
    const row = sip
      ? feedItem(icon(seconds > 0 ? 'in' : 'missed', seconds > 0 ? 'good' : 'bad'), [seconds > 0 ? 'Входящий звонок, ' + talk(seconds) : 'Пропущенный звонок'], [m.call_responsible && String(m.call_responsible), m.link && link('▶ запись', m.link)], m.called_at ?? claim.created_at)
      : feedItem(icon('note'), [String(m.form_name ?? 'Форма')], [m.form_page && String(m.form_page)], m.form_sent_at ?? claim.created_at);
    const tags = [...new Set([...(lead?.tags || []), ...(contact?.tags || [])])];
    return el('article', 'card',
      el('header', '',
        el('h3', '', contact?.name || lead?.name || 'Заявка'),
        el('p', 'phone', sip ? prettyPhone(String(m.phone ?? '')) : (contact ? valuesOf(contact, 'PHONE').map(prettyPhone).join(', ') : '')),
        el('p', 'facts', el('span', '', claim.source_name), el('span', '', state.pipelines.find((p) => p.id === claim.pipeline_id)?.name || '')),
        tags.length > 0 && el('p', 'tags', tags.map((t) => el('span', 'tag', t)))),
      el('ul', 'feed', row));
  }))];
}
function tasksView() {
  if (state.tasks.length === 0) return [el('p', 'empty', 'Задач нет')];
  const nameOf = (t) => (t.entity_type ? state[t.entity_type].find((c) => c.id === t.entity_id)?.name : 'без карточки');
  const rows = [...state.tasks].sort((a, b) => a.is_completed - b.is_completed || a.complete_till - b.complete_till);
  return [el('article', 'card', el('ul', 'feed', rows.map((t) => taskItem(t, nameOf(t)))))];
}
const VIEWS = {
  contacts: () => contactsView('contacts', 'Контактов пока нет: они появятся после первого звонка'),
  companies: () => contactsView('companies', 'Компаний нет'),
  leads: leadsView, unsorted: unsortedView, tasks: tasksView
};
function render() {
  if (!state) return;
  byId('tabs').replaceChildren(...TABS.map(([id, label]) => {
    const button = el('button', '', label, el('b', '', String(state.counts[id])));
    button.type = 'button';
    button.setAttribute('role', 'tab');
    button.setAttribute('aria-selected', String(tab === id));
    button.addEventListener('click', () => { location.hash = id; });
    return button;
  }));
  byId('main').replaceChildren(...VIEWS[tab]());
}
function renderLog({ requests, total }) {
  byId('requestCount').textContent = String(total);
  byId('log').replaceChildren(...requests.reverse().map((r) => {
    const tone = r.delivery === 'lost' || r.status >= 500 ? 'bad' : r.status >= 400 ? 'warn' : '';
    const status = r.delivery === 'lost' ? 'сброс' : r.status === null ? '…' : String(r.status);
    const at = el('time', '', new Date(r.atMs).toLocaleTimeString('ru-RU'));
    let search = r.search;
    try { search = decodeURIComponent(r.search.replaceAll('+', ' ')); } catch { search = r.search; }
    return el('li', '', el('span', 'code ' + tone, status), el('span', 'method', r.method),
      el('span', 'path', breakable(r.path.replace('/api/v4', '') + search), r.items > 1 && ' ×' + r.items), at,
      r.fault && el('span', 'fault', 'сбой: ' + (FAULTS[r.fault.kind] || r.fault.kind)));
  }));
  if (requests.length === 0) byId('log').append(el('li', '', el('span'), el('span'), el('span', 'muted', 'Запросов ещё не было')));
}
const breakable = (text) => text.split(/(?=[?&])/).flatMap((part) => [part, document.createElement('wbr')]);
function renderPortals(portals) {
  const here = portals.find((p) => p.id === state.portal.id);
  const health = byId('health');
  health.className = here.isBlocked ? 'bad' : '';
  health.textContent = here.isBlocked ? 'заблокирован за превышение лимита' : 'работает';
  byId('portals').replaceChildren(...(portals.length < 2 ? [] : portals.filter((p) => p.id !== here.id).map((p) => {
    const a = el('a', '', p.name);
    const url = new URL(p.url);
    url.hostname = location.hostname;
    a.href = url.href;
    return a;
  })));
}
async function refresh() {
  try {
    const answer = await fetch('/_emulator/page-data');
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    if (text !== shown) {
      shown = text;
      const data = JSON.parse(text);
      state = data.state;
      render();
      renderLog(data.log);
      renderPortals(data.portals);
    }
  } catch {
    shown = '';
    byId('health').className = 'bad';
    byId('health').textContent = 'нет связи с эмулятором';
  }
  setTimeout(refresh, document.hidden ? 5000 : 1200);
}
addEventListener('hashchange', () => { tab = tabFromHash(); render(); });
refresh();
`;
