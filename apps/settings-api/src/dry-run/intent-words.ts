import { type DirectionSettings, type Intent, type Portal } from '@perezvon/contracts';
import { type Localized } from '@perezvon/service';

/**
 * What an effect would make, in words, with the names that amoCRM uses for pipelines, stages and users.
 *
 * @param portal the writer's last copy; absent: ids are shown
 */
export function intentWords(intent: Intent, portal: Portal | undefined): Localized {
  const named = namesIn(portal);
  switch (intent.kind) {
    case 'ensure_contact':
      return join(
        { ru: `Контакт «${intent.name}»`, en: `Contact “${intent.name}”` },
        responsible(named.user(intent.responsibleUserId)),
        tags(intent.tags),
      );
    case 'create_deal':
      return join(
        { ru: `Сделка «${intent.name}»`, en: `Deal “${intent.name}”` },
        place(named.pipeline(intent.pipelineId), named.status(intent.pipelineId, intent.statusId)),
        dealCondition(intent.unlessActiveDealIn),
        intent.responsible === 'card_owner'
          ? { ru: 'ответственный карточки клиента', en: 'the responsible of the client’s card' }
          : responsible(named.user(intent.defaultResponsibleUserId)),
        tags(intent.tags),
      );
    case 'create_unsorted':
      return join(
        { ru: `Запись в неразобранном «${intent.leadName}»`, en: `Unsorted record “${intent.leadName}”` },
        place(named.pipeline(intent.pipelineId), null),
        tags(intent.tags),
      );
    case 'call_note':
      return join(
        { ru: 'Запись о звонке в карточке клиента', en: 'A call note on the client’s card' },
        intent.unlessUnsorted
          ? {
              ru: 'только если amoCRM не примет запись в неразобранном',
              en: 'only if amoCRM does not take the unsorted record',
            }
          : null,
        intent.responsibleUserId === null ? null : responsible(named.user(intent.responsibleUserId)),
      );
    case 'create_task':
      return join(
        { ru: `Задача «${intent.text}»`, en: `Task “${intent.text}”` },
        {
          ru: `срок ${timeInWords('ru', intent.dueInMinutes)}`,
          en: `due in ${timeInWords('en', intent.dueInMinutes)}`,
        },
        taskType(named.taskType(intent.taskTypeId)),
        taskOwner(intent.responsible, named.user),
      );
  }
}

/** 1440 → «1 день»: in the largest unit that says it exactly. */
function timeInWords(language: keyof Localized, minutes: number): string {
  const [unit, count] =
    minutes % 1440 === 0 ? ['day', minutes / 1440] : minutes % 60 === 0 ? ['hour', minutes / 60] : ['minute', minutes];
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(count);
}

type UserName = (id: number | null) => string | null;

function taskOwner(owner: number | 'card_owner' | 'default', user: UserName): Localized | null {
  if (owner === 'card_owner') {
    return { ru: 'ответственному карточки клиента', en: 'for the responsible of the client’s card' };
  }
  if (owner === 'default') return { ru: 'ответственному по умолчанию', en: 'for the default responsible' };
  return responsible(user(owner));
}

function taskType(name: string | null): Localized | null {
  return name === null ? null : { ru: `тип «${name}»`, en: `type “${name}”` };
}

function dealCondition(scope: DirectionSettings['activeDealScope'] | null): Localized {
  switch (scope) {
    case null:
      return { ru: 'всегда', en: 'always' };
    case 'all':
      return { ru: 'если у клиента нет активной сделки', en: 'unless the client has an active deal' };
    case 'same_pipeline':
      return {
        ru: 'если у клиента нет активной сделки в этой воронке',
        en: 'unless the client has an active deal in this pipeline',
      };
  }
}

function place(pipeline: string, status: string | null): Localized {
  const stage = status === null ? { ru: '', en: '' } : { ru: `, этап «${status}»`, en: `, stage “${status}”` };
  return { ru: `воронка «${pipeline}»${stage.ru}`, en: `pipeline “${pipeline}”${stage.en}` };
}

function responsible(name: string | null): Localized | null {
  return name === null ? null : { ru: `ответственный ${name}`, en: `responsible ${name}` };
}

function tags(values: readonly string[]): Localized | null {
  if (values.length === 0) return null;
  return { ru: `теги ${values.join(', ')}`, en: `tags ${values.join(', ')}` };
}

function join(...parts: readonly (Localized | null)[]): Localized {
  const said = parts.filter((part) => part !== null);
  return { ru: said.map((part) => part.ru).join(', '), en: said.map((part) => part.en).join(', ') };
}

function namesIn(portal: Portal | undefined): {
  user: UserName;
  pipeline: (id: number) => string;
  status: (pipelineId: number, id: number) => string;
  taskType: (id: number | null) => string | null;
} {
  const pipelineOf = (id: number): Portal['pipelines'][number] | undefined =>
    portal?.pipelines.find((each) => each.id === id);
  return {
    user: (id) => (id === null ? null : (portal?.users.find((each) => each.id === id)?.name ?? `№ ${id}`)),
    pipeline: (id) => pipelineOf(id)?.name ?? `№ ${id}`,
    taskType: (id) => (id === null ? null : (portal?.taskTypes.find((each) => each.id === id)?.name ?? `№ ${id}`)),
    status: (pipelineId, id) => pipelineOf(pipelineId)?.statuses.find((each) => each.id === id)?.name ?? `№ ${id}`,
  };
}
