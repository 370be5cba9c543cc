/** The feed of a card: calls, notes, tasks and deals, newest first. */
import { button, el, icon, link } from './dom.js';
import { byHand } from './control.js';
import { isClosed, page, pipelineOf, stageOf, state, userName, visible } from './portal.js';
import { dayAndTime, prettyPhone, talkTime, time } from './words.js';

const CALL_STATUS = {
  1: 'оставлено сообщение',
  2: 'перезвонить позже',
  3: 'нет на месте',
  4: 'разговор состоялся',
  5: 'неверный номер',
  6: 'нет ответа',
  7: 'занято',
};

export function feedItem(mark, what, details, at, more = null) {
  const given = details.filter(Boolean);
  const line = given.flatMap((part, index) => (index > 0 ? [' · ', el('span', '', part)] : [el('span', '', part)]));
  const row = el('li', '', mark, el('div', 'what', what, el('small', '', line), more), time(at));
  row.dataset.at = String(at);
  return row;
}

/** A call looks like one: direction, who, how long, and its recording as a player's row. */
export function callItem(call) {
  const { isIncoming, seconds, at, where } = call;
  const isMissed = !(seconds > 0);
  const names = isIncoming
    ? ['Входящий звонок', 'Пропущенный звонок']
    : ['Исходящий звонок', 'Исходящий звонок без ответа'];
  const title = names[isMissed ? 1 : 0] + (isMissed || call.link ? '' : `, ${talkTime(seconds)}`);
  const mark = icon(isMissed ? 'missed' : isIncoming ? 'in' : 'out', isMissed ? 'bad' : 'good');
  const phone = prettyPhone(String(call.phone ?? ''));
  const outcome = call.result || CALL_STATUS[call.status];
  return feedItem(mark, [title], [phone, outcome, call.who, where], at, player(call.link, seconds));
}

function player(href, seconds) {
  const play = href ? link('▶', href, 'play') : null;
  if (play === null) return null;
  play.setAttribute('aria-label', 'Слушать запись');
  return el('div', 'player', play, el('span', 'track'), el('span', 'muted', talkTime(seconds ?? 0)));
}

export function noteItem(note, where) {
  const { params, note_type: type, created_at: at } = note;
  const who = userName(note.responsible_user_id);
  if (type !== 'call_in' && type !== 'call_out') {
    return feedItem(icon('note'), [String(params.text ?? type)], [where, who], at);
  }
  return callItem({
    isIncoming: type === 'call_in',
    seconds: params.duration,
    phone: params.phone,
    result: params.call_result,
    status: params.call_status,
    link: params.link,
    at,
    who,
    where,
  });
}

export function stageBadge(lead) {
  const stage = stageOf(lead);
  const node = el('span', 'stage', stage?.name ?? 'этап удалён');
  if (stage) node.style.setProperty('--stage', stage.color);
  return node;
}

function leadItem(lead) {
  const about = [
    pipelineOf(lead)?.name,
    userName(lead.responsible_user_id),
    lead.tags.map((tag) => `#${tag}`).join(' '),
  ];
  return feedItem(
    icon('lead', isClosed(lead.status_id) ? '' : 'accent'),
    [lead.name, ' ', stageBadge(lead)],
    about,
    lead.created_at,
  );
}

export function taskItem(task, where) {
  const isOverdue = !task.is_completed && task.complete_till * 1000 < page.nowMs;
  const tone = task.is_completed ? 'good' : isOverdue ? 'bad' : 'warn';
  const due = `${isOverdue ? 'просрочена, срок ' : 'до '}${dayAndTime(task.complete_till)}`;
  const done = button('Выполнить', `task-${task.id}`, () =>
    byHand('PATCH', `/api/v4/tasks/${task.id}`, { is_completed: true }, 'Задача выполнена'),
  );
  const details = [task.is_completed ? 'выполнена' : due, userName(task.responsible_user_id), where];
  return feedItem(
    icon('task', tone),
    [task.text],
    details,
    task.created_at,
    task.is_completed ? null : el('p', 'actions', done),
  );
}

/** Everything of one card; a contact's and a company's feed also tells what happened in their deals. */
export function feedOf(type, card) {
  const isOwn = (row) => row.entity_type === type && row.entity_id === card.id;
  const leads = type === 'leads' ? [] : visible(state.leads).filter((lead) => isAbout(lead, type, card));
  const ofLead = (lead) => (row) => row.entity_type === 'leads' && row.entity_id === lead.id;
  const rows = [
    ...state.notes.filter(isOwn).map((note) => noteItem(note)),
    ...state.tasks.filter(isOwn).map((task) => taskItem(task)),
    ...leads.map(leadItem),
    ...leads.flatMap((lead) => [
      ...state.notes.filter(ofLead(lead)).map((note) => noteItem(note, 'в сделке')),
      ...state.tasks.filter(ofLead(lead)).map((task) => taskItem(task, 'по сделке')),
    ]),
  ];
  return rows.sort((a, b) => Number(b.dataset.at) - Number(a.dataset.at));
}

function isAbout(lead, type, card) {
  if (type === 'contacts') return lead.contacts.some((contact) => contact.id === card.id);
  return lead.company_id === card.id && lead.contacts.length === 0;
}
