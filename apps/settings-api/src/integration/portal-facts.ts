import { type IntegrationSettings, type Portal, type PortalStop, type PortalWarning } from '@perezvon/contracts';
import { type FieldProblem, type Localized } from '@perezvon/service';
import { type MappingEntry } from '../accounts/documents.js';
import { reasonWords } from '../journal/effect-words.js';
import { cellsOf } from './rules.js';

/** Checks against what amoCRM has, by the writer's last copy. Without a copy nothing is known, and nothing is refused. */

/** Ids that the portal does not have: refused on save (R2), for what is switched on. */
export function unknownIds(settings: IntegrationSettings, portal: Portal): FieldProblem[] {
  if (portal.readAt === null) return [];
  const problems: FieldProblem[] = [];
  for (const { path, cell } of cellsOf(settings)) {
    if (!cell.enabled || cell.pipelineId == null) continue;
    const pipeline = portal.pipelines.find((each) => each.id === cell.pipelineId);
    if (pipeline === undefined) {
      problems.push(
        unknown(`${path}.pipelineId`, 'unknown_pipeline', {
          ru: 'Такой воронки в amoCRM нет. Выберите другую.',
          en: 'amoCRM has no such pipeline. Choose another one.',
        }),
      );
    } else if (
      cell.statusId != null &&
      !pipeline.statuses.some((each) => each.id === cell.statusId && each.type !== 1)
    ) {
      problems.push(
        unknown(`${path}.statusId`, 'unknown_status', {
          ru: 'Такого этапа в этой воронке нет. Выберите другой.',
          en: 'The pipeline has no such stage. Choose another one.',
        }),
      );
    }
  }
  for (const direction of ['incoming', 'outgoing'] as const) {
    const { defaultResponsibleUserId: userId, answeredTask, missedTask } = settings[direction];
    if (userId !== null && !portal.users.some((user) => user.id === userId)) {
      problems.push(unknownUser(`${direction}.defaultResponsibleUserId`));
    }
    for (const [name, task] of Object.entries({ answeredTask, missedTask })) {
      if (!task.enabled || task.taskTypeId == null) continue;
      if (portal.taskTypes.some((type) => type.id === task.taskTypeId)) continue;
      problems.push(
        unknown(`${direction}.${name}.taskTypeId`, 'unknown_task_type', {
          ru: 'Такого типа задач в amoCRM нет. Выберите другой.',
          en: 'amoCRM has no such task type. Choose another one.',
        }),
      );
    }
  }
  return problems;
}

export function unknownMappedUsers(mapping: readonly MappingEntry[], portal: Portal): FieldProblem[] {
  if (portal.readAt === null) return [];
  const users = new Set(portal.users.map((user) => user.id));
  return mapping.flatMap((entry, index) => (users.has(entry.crmUserId) ? [] : [unknownUser(`${index}.crmUserId`)]));
}

/** Stops that only the operator can end: an integration that cannot write is not switched on (R1). */
const lastingStops = new Set<PortalStop['reason']>(['unauthorised', 'no_rights', 'not_found']);

const stopMessages: Readonly<Record<Exclude<PortalStop['reason'], 'no_credentials'>, Localized>> = {
  unauthorised: {
    ru: 'amoCRM не принимает токен. Создайте новый и укажите его.',
    en: 'amoCRM does not accept the token. Make a new one and give it.',
  },
  unpaid: {
    ru: 'Аккаунт amoCRM не оплачен. Звонки ждут, после оплаты они будут записаны.',
    en: 'The amoCRM account is not paid. Calls wait and are written once it is.',
  },
  blocked: {
    ru: 'amoCRM временно ограничила доступ. Звонки ждут, повтор произойдёт сам.',
    en: 'amoCRM has blocked access for a while. Calls wait; it is tried again by itself.',
  },
  ip_not_allowed: {
    ru: 'amoCRM не пускает с нашего адреса. Разрешите его в настройках безопасности аккаунта.',
    en: 'amoCRM refuses our address. Allow it in the security settings of the account.',
  },
  no_rights: {
    ru: 'Токен выдан не администратором: прав недостаточно. Укажите токен администратора.',
    en: 'The token is not an administrator’s and lacks rights. Give one made by an administrator.',
  },
  not_found: {
    ru: 'Аккаунта amoCRM по этому адресу нет. Проверьте адрес портала.',
    en: 'There is no amoCRM account at this address. Check the address of the portal.',
  },
};

export interface StopProblem extends FieldProblem {
  readonly isLasting: boolean;
}

/** Not of a missing token: whether there is one is known here first, before the writer has looked again. */
export function stopProblem(portal: Portal): StopProblem | undefined {
  if (portal.stop === null || portal.stop.reason === 'no_credentials') return undefined;
  const { reason } = portal.stop;
  return {
    path: 'portalId',
    code: `portal_${reason}`,
    message: stopMessages[reason],
    isLasting: lastingStops.has(reason),
  };
}

const warningMessages: Readonly<Record<PortalWarning, Localized>> = {
  duplicate_control_on: {
    ru: 'В amoCRM включён контроль дублей: созданное может объединяться. Выключите его для интеграции.',
    en: 'Duplicate control is on in amoCRM: what is created may be merged. Switch it off for the integration.',
  },
  webhooks_not_available: {
    ru: 'Тариф amoCRM без вебхуков: изменения карточек видны с задержкой.',
    en: 'The tariff of amoCRM has no webhooks: changes of cards are seen with a delay.',
  },
  tariff_limit: {
    ru: 'Исчерпан лимит тарифа amoCRM: создание ждёт, записи о звонках идут. Увеличьте лимит или удалите лишнее.',
    en: 'The limit of the amoCRM tariff is reached: creations wait, call notes go on. Raise it or delete what is not needed.',
  },
  unsorted_off: {
    ru: '«Неразобранное» выключено в amoCRM: вместо записи будут контакт и сделка.',
    en: 'Unsorted is switched off in amoCRM: a contact and a deal are made instead.',
  },
  marker_field_missing: {
    ru: 'Служебное поле в amoCRM не создано: токену не хватает прав. Укажите токен администратора.',
    en: 'The marker field could not be made in amoCRM: the token lacks rights. Give one made by an administrator.',
  },
};

/** Without the marker field a lost answer could not be found again, so it keeps the integration off (R1, R17). */
const blockingWarnings = new Set<PortalWarning>(['marker_field_missing']);

/** What the writer found at the portal that stops nothing now. */
export function portalWarnings({ warnings }: Portal): (FieldProblem & { readonly isBlocking: boolean })[] {
  return (warnings ?? []).map(({ code }) => ({
    path: 'portalId',
    code: `portal_${code}`,
    message: warningMessages[code],
    isBlocking: blockingWarnings.has(code),
  }));
}

/** What was right when it was saved and is not any more: calls go on by R12, and the operator is told. */
export function brokenRules(settings: IntegrationSettings, portal: Portal): FieldProblem[] {
  if (portal.readAt === null) return [];
  const problems = [
    ...unknownIds(settings, portal),
    // What the writer met at the moment of writing (R6, R12).
    ...(portal.brokenRules ?? []).map((rule) => ({ path: 'integration', code: rule.code, message: reasonWords(rule) })),
  ];
  for (const { path, cell } of cellsOf(settings)) {
    if (!cell.enabled || cell.action !== 'create_unsorted') continue;
    const pipeline = portal.pipelines.find((each) => each.id === cell.pipelineId);
    if (pipeline === undefined || pipeline.isUnsortedOn) continue;
    problems.push(
      unknown(`${path}.pipelineId`, 'unsorted_off', {
        ru: 'В этой воронке выключено «Неразобранное»: вместо записи будут контакт и сделка.',
        en: 'Unsorted is switched off in this pipeline: a contact and a deal are made instead.',
      }),
    );
  }
  for (const direction of ['incoming', 'outgoing'] as const) {
    const user = portal.users.find((each) => each.id === settings[direction].defaultResponsibleUserId);
    if (user === undefined || user.isActive) continue;
    problems.push(
      unknown(`${direction}.defaultResponsibleUserId`, 'user_deactivated', {
        ru: 'Ответственный по умолчанию отключён в amoCRM. Выберите другого.',
        en: 'The default responsible user is deactivated in amoCRM. Choose another one.',
      }),
    );
  }
  return problems;
}

function unknownUser(path: string): FieldProblem {
  return unknown(path, 'unknown_user', {
    ru: 'Такого пользователя в amoCRM нет. Выберите другого.',
    en: 'amoCRM has no such user. Choose another one.',
  });
}

function unknown(path: string, code: string, message: Localized): FieldProblem {
  return { path, code, message };
}
