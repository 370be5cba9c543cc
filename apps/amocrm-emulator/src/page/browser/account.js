/** The portal's people and pipelines, to be changed as its administrator would: what settings of a caller point at. */
import { change } from './control.js';
import { button, el, toggle } from './dom.js';
import { isClosed, state, workingStages } from './portal.js';

export function accountView() {
  return [
    el('h2', '', 'Сотрудники'),
    el('ul', 'panel', state.users.map(userRow)),
    addForm('Новый сотрудник', 'user', (name) => change('POST', 'portal/users/add', { name }, 'Сотрудник добавлен')),
    ...state.pipelines.flatMap(pipelineSection),
    addForm('Новая воронка', 'pipeline', (name) =>
      change('POST', 'portal/pipelines/add', { name }, 'Воронка добавлена'),
    ),
  ];
}

function userRow(user) {
  const rank = user.is_admin ? 'администратор' : user.is_free ? 'бесплатный' : '';
  const isActive = toggle(`${user.name} работает`, `user-${user.id}`, user.is_active, (on) => {
    void change('POST', 'portal/users', { id: user.id, isActive: on }, on ? 'Доступ возвращён' : 'Доступ отключён');
  });
  return el(
    'li',
    'line',
    el(
      'span',
      '',
      user.name,
      ' ',
      el('small', 'muted', [user.id, rank, user.is_active ? '' : 'отключён'].filter(Boolean).join(' · ')),
    ),
    isActive,
  );
}

function pipelineSection(pipeline) {
  const { id: pipelineId, name } = pipeline;
  const unsorted = toggle(
    `Неразобранное в воронке ${name}`,
    `unsorted-${pipelineId}`,
    pipeline.is_unsorted_on,
    (isOn) => {
      void change(
        'POST',
        'portal/unsorted',
        { pipelineId, isOn },
        isOn ? 'Неразобранное включено' : 'Неразобранное выключено',
      );
    },
  );
  const remove = button('Удалить воронку', `pipeline-${pipelineId}`, () => {
    void change('POST', 'portal/pipelines/delete', { pipelineId }, 'Воронка удалена');
  });
  return [
    el('h2', '', name, ' ', el('small', 'muted', `${pipelineId}${pipeline.is_main ? ' · основная' : ''}`)),
    el(
      'ul',
      'panel',
      el('li', 'line', 'Неразобранное', unsorted),
      workingStages(pipeline).map((stage) => stageRow(pipelineId, stage)),
      el(
        'li',
        'line',
        addForm('Новый этап', `stage-${pipelineId}`, (stage) =>
          change('POST', 'portal/stages/add', { pipelineId, name: stage }, 'Этап добавлен'),
        ),
        remove,
      ),
    ),
  ];
}

function stageRow(pipelineId, stage) {
  const badge = el('span', 'stage', stage.name);
  badge.style.setProperty('--stage', stage.color);
  const label = el('span', '', badge, ' ', el('small', 'muted', String(stage.id)));
  if (isClosed(stage.id)) return el('li', 'line', label, el('small', 'muted', 'есть в каждой воронке'));
  const rename = button('Переименовать', `rename-${stage.id}`, () => {
    const name = prompt('Название этапа', stage.name)?.trim();
    if (name)
      void change('POST', 'portal/stages/rename', { pipelineId, statusId: stage.id, name }, 'Этап переименован');
  });
  const remove = button('Удалить', `stage-${stage.id}`, () => {
    void change(
      'POST',
      'portal/stages/delete',
      { pipelineId, statusId: stage.id },
      'Этап удалён, сделки перешли на первый',
    );
  });
  remove.setAttribute('aria-label', `Удалить этап ${stage.name}`);
  return el('li', 'line', label, el('span', 'actions', rename, remove));
}

function addForm(label, key, add) {
  const input = el('input', '');
  input.type = 'text';
  input.placeholder = label;
  input.dataset.key = `new-${key}`;
  input.setAttribute('aria-label', label);
  const submit = el('button', 'button', 'Добавить');
  const form = el('form', 'actions add', input, submit);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const name = input.value.trim();
    if (name !== '') void add(name);
    input.value = '';
  });
  return form;
}
