/** Deals as a board: a pipeline, its stages, the cards in them. A card opens to show its feed and to change the stage. */
import { byHand } from './control.js';
import { el, facts, tags } from './dom.js';
import { feedOf } from './feed.js';
import { newestFirst, state, userName, visible, workingStages } from './portal.js';
import { plural } from './words.js';

/** Ids of deals whose feed is open. */
const open = new Set();

export function dealsView() {
  const leads = visible(state.leads);
  return state.pipelines.flatMap((pipeline) => {
    const own = leads.filter((lead) => lead.pipeline_id === pipeline.id);
    return [
      el('h2', '', pipeline.name, ' ', el('span', 'muted', plural(own.length, 'сделка', 'сделки', 'сделок'))),
      el(
        'div',
        'board',
        workingStages(pipeline).map((stage) => lane(pipeline, stage, own)),
      ),
    ];
  });
}

function lane(pipeline, stage, leads) {
  const here = newestFirst(leads.filter((lead) => lead.status_id === stage.id));
  const title = el('h3', '', el('span', '', stage.name), el('span', 'muted', String(here.length)));
  const node = el(
    'section',
    'lane',
    title,
    here.map((lead) => dealCard(lead, pipeline)),
  );
  node.title = stage.name;
  node.style.setProperty('--stage', stage.color);
  return node;
}

function dealCard(lead, pipeline) {
  const people = lead.contacts.map(
    ({ id }) => state.contacts.find((contact) => contact.id === id)?.name || `контакт ${id}`,
  );
  const calls = state.notes.filter(
    (note) => note.entity_type === 'leads' && note.entity_id === lead.id && note.note_type.startsWith('call_'),
  ).length;
  const summary = el(
    'summary',
    '',
    el('h3', '', lead.name),
    facts(people),
    facts(userName(lead.responsible_user_id)),
    facts(calls > 0 && plural(calls, 'звонок', 'звонка', 'звонков')),
    tags(lead.tags),
  );
  summary.dataset.key = `lead-${lead.id}`;
  const card = el('details', 'card deal', summary);
  card.dataset.card = `leads/${lead.id}`;
  card.open = open.has(lead.id);
  const fill = () => card.append(stageChoice(lead, pipeline), el('ul', 'feed', feedOf('leads', lead)));
  if (card.open) fill();
  card.addEventListener('toggle', () => {
    if (card.open === open.has(lead.id)) return;
    if (card.open) {
      open.add(lead.id);
      fill();
    } else {
      open.delete(lead.id);
      card.replaceChildren(summary);
    }
  });
  return card;
}

function stageChoice(lead, pipeline) {
  const options = workingStages(pipeline).map((stage) => {
    const option = el('option', '', stage.name);
    option.value = String(stage.id);
    option.selected = stage.id === lead.status_id;
    return option;
  });
  const choice = el('select', '', options);
  choice.dataset.key = `stage-of-${lead.id}`;
  choice.addEventListener('change', () => {
    const body = { pipeline_id: pipeline.id, status_id: Number(choice.value) };
    void byHand('PATCH', `/api/v4/leads/${lead.id}`, body, 'Этап изменён');
  });
  return el('label', 'line', 'Этап ', choice);
}
