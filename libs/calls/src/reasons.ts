import type { Reason } from '@perezvon/contracts';

/**
 * R16: everything that the account of a call can say, code by code: the rule it comes from and its sentence in Russian
 * and English. `{name}` stands for a parameter; {@link because} asks for exactly those that the sentence names, so a code
 * cannot be used without a sentence, nor a sentence without its values.
 */
export const sentences = {
  cell_off: {
    rule: 'R1',
    ru: 'Правило «{cell}» выключено: ничего не создаётся',
    en: 'The rule “{cell}” is off: nothing is created',
  },
  creates_contact: { rule: 'R2', ru: 'Создаётся контакт', en: 'A contact is created' },
  creates_deal: {
    rule: 'R2',
    ru: 'Создаётся сделка, если у клиента нет активной',
    en: 'A deal is created unless the client has an active one',
  },
  creates_deal_always: {
    rule: 'R2',
    ru: 'Сделка создаётся всегда, какие бы сделки ни были',
    en: 'A deal is created always, whatever deals exist',
  },
  creates_unsorted: {
    rule: 'R2',
    ru: 'Создаётся запись в неразобранном',
    en: 'An unsorted record is created',
  },
  not_offered: {
    rule: 'R2',
    ru: 'Это действие не для незнакомых клиентов',
    en: 'This action is not for unknown clients',
  },
  client_already_known: {
    rule: 'R2',
    ru: 'Клиент уже есть в amoCRM: второй контакт не создаётся',
    en: 'The client is in amoCRM already: no second contact is made',
  },
  card_found: {
    rule: 'R5',
    ru: 'Карточка с этим номером уже есть (№ {id}): новая не создана',
    en: 'A card with this number exists already (no. {id}): none was created',
  },
  active_deal_exists: {
    rule: 'R2',
    ru: 'У клиента есть активная сделка (№ {id}): вторая не создана',
    en: 'The client has an active deal (no. {id}): no second one was created',
  },
  nothing_while_it_rings: {
    rule: 'R3',
    ru: 'Пока идёт вызов, ничего не создаётся',
    en: 'Nothing is created while it rings',
  },
  waits_for_the_record: {
    rule: 'R3',
    ru: 'Ждём итоговую запись АТС о звонке',
    en: "Waiting for the PBX's final record of the call",
  },
  created_at_the_end: {
    rule: 'R3',
    ru: 'Это правило действует по окончании звонка',
    en: 'This rule acts at the end of the call',
  },
  internal: { rule: 'R4', ru: 'Внутренний звонок', en: 'An internal call' },
  rejected: {
    rule: 'R4',
    ru: 'АТС отклонила звонок (спам или чёрный список)',
    en: 'The PBX rejected the call (spam or black list)',
  },
  unknown_direction: {
    rule: 'R4',
    ru: 'Направление звонка неизвестно',
    en: 'The direction of the call is unknown',
  },
  only_recorded: {
    rule: 'R4',
    ru: 'АТС прислала только запись разговора и ничего о самом звонке: ничего не создаётся',
    en: 'The PBX sent a recording and nothing of the call itself: nothing is created',
  },
  direction_not_known_yet: {
    rule: 'R4',
    ru: 'Направление звонка пока неизвестно',
    en: 'The direction of the call is not known yet',
  },
  employees_number: {
    rule: 'R4',
    ru: 'Номер принадлежит сотруднику',
    en: 'The number is an employee’s own',
  },
  invalid_number: {
    rule: 'R4',
    ru: 'Набран несуществующий номер: ничего не создаётся',
    en: 'The dialled number is invalid: nothing is created',
  },
  not_allowed: {
    rule: 'R4',
    ru: 'Звонок на этот номер запрещён: ничего не создаётся',
    en: 'Calls to this number are not allowed: nothing is created',
  },
  technical: {
    rule: 'R4',
    ru: 'Звонок не состоялся из-за технического сбоя: считается непринятым',
    en: 'The call failed for a technical reason: it counts as not answered',
  },
  lost_with_talk: {
    rule: 'R4',
    ru: 'АТС назвала звонок потерянным, но разговор был: считается принятым',
    en: 'The PBX called the call lost, yet there was a talk: it counts as answered',
  },
  end_inferred: {
    rule: 'R4',
    ru: 'Событие об окончании не пришло: итог выведен из тишины',
    en: 'No event of the end came: the outcome is inferred from the silence',
  },
  talk_without_end: {
    rule: 'R4',
    ru: 'Окончание разговора не пришло за 24 часа: длительность неизвестна',
    en: 'The end of the talk did not come within 24 hours: its duration is unknown',
  },
  client_known: {
    rule: 'R5',
    ru: 'Клиент найден в amoCRM (карточек: {candidates}, выбрана № {id})',
    en: 'amoCRM knows the client (cards: {candidates}, no. {id} was chosen)',
  },
  client_unknown: {
    rule: 'R5',
    ru: 'В amoCRM нет карточки с этим номером',
    en: 'No card in amoCRM has this number',
  },
  client_being_created: {
    rule: 'R5',
    ru: 'Контакт этого клиента уже создаётся по другому звонку',
    en: 'Another call is creating this client’s contact already',
  },
  client_not_known_yet: {
    rule: 'R5',
    ru: 'Узнаём в amoCRM, известен ли клиент',
    en: 'Asking amoCRM whether it knows the client',
  },
  creates_answered_task: {
    rule: 'R6',
    ru: 'Ставится задача сотруднику, принявшему звонок',
    en: 'A task is given to the employee who took the call',
  },
  creates_missed_task: {
    rule: 'R6',
    ru: 'Ставится задача перезвонить',
    en: 'A task to call back is given',
  },
  employee_unmapped: {
    rule: 'R6',
    ru: 'Сотрудник «{employee}» не сопоставлен с пользователем amoCRM: взят ответственный по умолчанию',
    en: 'Employee “{employee}” is not mapped to an amoCRM user: the default responsible is used',
  },
  owner_inactive: {
    rule: 'R6',
    ru: 'Ответственный карточки (№ {userId}) отключён: назначен ответственный по умолчанию',
    en: 'The card’s responsible (no. {userId}) is deactivated: the default one is used',
  },
  task_stands_alone: {
    rule: 'R6',
    ru: 'Карточки клиента нет: задача стоит отдельно, номер в её тексте',
    en: 'The client has no card: the task stands alone, the number is in its text',
  },
  filtered: {
    rule: 'R8',
    ru: 'Номер подходит под фильтр «{entry}»: ничего не создаётся',
    en: 'The number matches the filter “{entry}”: nothing is created',
  },
  call_note: { rule: 'R9', ru: 'Звонок записывается в карточку', en: 'The call is noted on the card' },
  call_note_unless_unsorted: {
    rule: 'R9',
    ru: 'Звонок записывается в карточку, только если amoCRM не примет запись в неразобранном',
    en: 'The call is noted on the card only if amoCRM does not take the unsorted record',
  },
  call_note_updated: {
    rule: 'R9',
    ru: 'Запись о звонке приведена к последнему состоянию',
    en: 'The call’s note is brought to the latest state',
  },
  call_log_off: {
    rule: 'R9',
    ru: 'Запись звонков в карточки выключена',
    en: 'Noting calls on cards is off',
  },
  no_card: {
    rule: 'R9',
    ru: 'Карточки клиента в amoCRM нет: звонок остаётся только в журнале',
    en: 'amoCRM has no card of the client: the call stays in the journal alone',
  },
  unsorted_carries_the_call: {
    rule: 'R9',
    ru: 'Звонок уже внутри записи в неразобранном',
    en: 'The unsorted record carries the call itself',
  },
  waits_for_recording: {
    rule: 'R9',
    ru: 'Запись в неразобранном ждёт запись разговора',
    en: 'The unsorted record waits for its recording',
  },
  hidden_number: {
    rule: 'R10',
    ru: 'Номер скрыт или непригоден: ничего не создаётся',
    en: 'The number is hidden or unusable: nothing is created',
  },
  hidden_number_unsorted: {
    rule: 'R10',
    ru: 'Номер скрыт: создаётся запись в неразобранном без номера',
    en: 'The number is hidden: an unsorted record without a number is created',
  },
  integration_inactive: { rule: 'R11', ru: 'Интеграция выключена', en: 'The integration is switched off' },
  stage_deleted: {
    rule: 'R12',
    ru: 'Этап № {statusId} воронки № {pipelineId} удалён в amoCRM: взят её первый рабочий этап',
    en: 'Stage no. {statusId} of pipeline no. {pipelineId} was deleted in amoCRM: its first working stage is used',
  },
  pipeline_deleted: {
    rule: 'R12',
    ru: 'Воронка № {pipelineId} удалена в amoCRM: взята главная воронка',
    en: 'Pipeline no. {pipelineId} was deleted in amoCRM: the main one is used',
  },
  no_working_stage: {
    rule: 'R12',
    ru: 'В воронке № {pipelineId} не осталось рабочих этапов: взята другая воронка, сначала главная',
    en: 'Pipeline no. {pipelineId} has no working stage left: another pipeline is used, the main one first',
  },
  no_pipeline: {
    rule: 'R12',
    ru: 'В amoCRM не осталось ни одной воронки с рабочим этапом',
    en: 'amoCRM has no pipeline with a working stage left',
  },
  unsorted_off: {
    rule: 'R12',
    ru: 'Неразобранное в воронке № {pipelineId} выключено: вместо записи — контакт и сделка',
    en: 'Unsorted is off in pipeline no. {pipelineId}: a contact and a deal take its place',
  },
  responsible_inactive: {
    rule: 'R12',
    ru: 'Пользователь amoCRM № {userId} отключён: назначен ответственный по умолчанию',
    en: 'amoCRM user no. {userId} is deactivated: the default responsible is used',
  },
  default_responsible_inactive: {
    rule: 'R12',
    ru: 'Ответственный по умолчанию (№ {userId}) отключён: поле оставлено пустым',
    en: 'The default responsible (no. {userId}) is deactivated: the field is left out',
  },
  answered_then_missed: {
    rule: 'R15',
    ru: 'АТС исправила итог: звонок не был принят. Созданное остаётся',
    en: 'The PBX corrected the outcome to not answered. What was created stays',
  },
  unsorted_already_made: {
    rule: 'R15',
    ru: 'По звонку уже создана запись в неразобранном: контакт и сделка не создаются',
    en: 'The call made an unsorted record already: no contact or deal is made',
  },
  missed_then_answered: {
    rule: 'R15',
    ru: 'АТС исправила итог: звонок был принят',
    en: 'The PBX corrected the outcome to answered',
  },
  joined_older_call: {
    rule: 'R15',
    ru: 'Это тот же звонок, что и № {call}: действует решение по нему',
    en: 'This is the same call as no. {call}: the decision on that one stands',
  },
  younger_joined: {
    rule: 'R15',
    ru: 'К звонку присоединён № {call}: его неотправленное отменяется, отправленное остаётся (что именно — в журнале того звонка)',
    en: 'Call no. {call} joined this one: what it had not sent is cancelled, what it had sent stays (that call’s journal says which)',
  },
} as const satisfies Record<string, { rule: `R${number}`; ru: string; en: string }>;

export type ReasonCode = keyof typeof sentences;

type Named<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Named<Rest> : never;

type ParamsOf<Code extends ReasonCode> = Named<(typeof sentences)[Code]['ru']>;

/** A reason with the rule of its code and the values that its sentence names. */
export function because<Code extends ReasonCode>(
  code: Code,
  ...[params]: [ParamsOf<Code>] extends [never] ? [] : [Readonly<Record<ParamsOf<Code>, string | number>>]
): Reason {
  const { rule } = sentences[code];
  return params === undefined ? { ruleId: rule, code } : { ruleId: rule, code, params };
}
