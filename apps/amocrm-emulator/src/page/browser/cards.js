/** Contacts, companies and tasks. */
import { el, facts, tags } from './dom.js';
import { feedOf, taskItem } from './feed.js';
import { newestFirst, state, userName, valuesOf, visible } from './portal.js';
import { prettyPhone } from './words.js';

export function cardsView(type, emptyText) {
  const cards = newestFirst(visible(state[type]));
  if (cards.length === 0) return [el('p', 'empty', emptyText)];
  return [
    el(
      'div',
      'cards',
      cards.map((card) => cardView(type, card)),
    ),
  ];
}

function cardView(type, card) {
  const feed = feedOf(type, card);
  const phones = valuesOf(card, 'PHONE');
  const others = card.custom_fields_values.filter(
    (field) => field.field_code !== 'PHONE' && field.field_code !== 'EMAIL',
  );
  const node = el(
    'article',
    'card',
    el(
      'header',
      '',
      el('h3', '', card.name || 'Без имени'),
      phones.length > 0 && el('p', 'phone', phones.map(prettyPhone).join(', ')),
      facts(userName(card.responsible_user_id), valuesOf(card, 'EMAIL')),
      tags(card.tags),
      others.map((field) =>
        el('p', 'field', `${field.field_name}: ${field.values.map((value) => value.value).join(', ')}`),
      ),
    ),
    feed.length > 0 && el('ul', 'feed', feed),
  );
  node.dataset.card = `${type}/${card.id}`;
  return node;
}

export function tasksView() {
  if (state.tasks.length === 0) return [el('p', 'empty', 'Задач нет')];
  const rows = [...state.tasks].sort(
    (a, b) => Number(a.is_completed) - Number(b.is_completed) || a.complete_till - b.complete_till,
  );
  const where = (task) =>
    task.entity_type === null
      ? 'без карточки'
      : state[task.entity_type].find((card) => card.id === task.entity_id)?.name;
  return [
    el(
      'article',
      'card',
      el(
        'ul',
        'feed',
        rows.map((task) => taskItem(task, where(task))),
      ),
    ),
  ];
}
