import {
  type CallDecision,
  type CallDirection,
  type CallEvent,
  type CallOutcome,
  type CallState,
  type CellName,
} from '@perezvon/contracts';
import { type Localized } from '@perezvon/service';

/** The words of the journal in which a call is told; the rules' own sentences are in @perezvon/calls. */

export const eventWords: Readonly<Record<CallEvent['type'], Localized>> = {
  'call.started': { ru: 'Звонок начался', en: 'The call began' },
  'leg.ringing': { ru: 'Вызов сотрудника', en: 'An employee is rung' },
  'leg.answered': { ru: 'Ответ', en: 'Answered' },
  'call.transferred': { ru: 'Перевод звонка', en: 'The call was transferred' },
  'leg.ended': { ru: 'Плечо звонка завершено', en: 'A leg of the call ended' },
  'call.ended': { ru: 'Звонок завершён', en: 'The call ended' },
  'call.record_ready': { ru: 'Запись разговора готова', en: 'The recording is ready' },
};

export const outcomeWords: Readonly<Record<CallOutcome, Localized>> = {
  answered: { ru: 'успешный', en: 'answered' },
  missed: { ru: 'непринятый', en: 'missed' },
  not_reached: { ru: 'не дозвонились', en: 'not reached' },
  rejected: { ru: 'отклонён АТС', en: 'rejected by the PBX' },
  internal: { ru: 'внутренний', en: 'internal' },
  unknown: { ru: 'исход неизвестен', en: 'outcome unknown' },
};

export const momentWords: Readonly<Record<CallDecision['moment'], Localized>> = {
  answer: { ru: 'Решение при ответе', en: 'Decided at the answer' },
  end: { ru: 'Решение по завершении', en: 'Decided at the end' },
  late: { ru: 'Решение по позднему событию', en: 'Decided on a late event' },
};

/** The words of the operator's page. */
const cellNames: Readonly<Record<'incoming' | 'outgoing', Readonly<Record<CellName, Localized>>>> = {
  incoming: {
    answeredUnknown: { ru: 'Успешный звонок с неизвестного номера', en: 'Answered call from an unknown number' },
    missedUnknown: { ru: 'Непринятый звонок с неизвестного номера', en: 'Missed call from an unknown number' },
    answeredKnown: { ru: 'Успешный звонок от существующего клиента', en: 'Answered call from a known client' },
    missedKnown: { ru: 'Непринятый звонок от существующего клиента', en: 'Missed call from a known client' },
  },
  outgoing: {
    answeredUnknown: { ru: 'Успешный звонок на неизвестный номер', en: 'Answered call to an unknown number' },
    missedUnknown: { ru: 'Непринятый звонок на неизвестный номер', en: 'Call to an unknown number, not reached' },
    answeredKnown: { ru: 'Успешный звонок существующему клиенту', en: 'Answered call to a known client' },
    missedKnown: { ru: 'Непринятый звонок существующему клиенту', en: 'Call to a known client, not reached' },
  },
};

export function cellName(cell: CellName, direction: CallDirection): Localized {
  return cellNames[direction === 'out' ? 'outgoing' : 'incoming'][cell];
}

export const entityNames: Readonly<Record<string, Localized>> = {
  contact: { ru: 'Контакт', en: 'Contact' },
  company: { ru: 'Компания', en: 'Company' },
  lead: { ru: 'Сделка', en: 'Deal' },
};

/** States in which a call waits; the others need no line of their own. */
export const callStateWords: Readonly<Partial<Record<CallState, Localized>>> = {
  awaiting_record: { ru: 'Ждём итоговую запись АТС', en: 'Waiting for the final record of the PBX' },
  awaiting_recording: { ru: 'Ждём запись разговора', en: 'Waiting for the recording' },
  awaiting_report: {
    ru: 'Ждём отчёт АТС: конец звонка не пришёл',
    en: 'Waiting for the report: no end of the call came',
  },
  awaiting_client: { ru: 'Узнаём в amoCRM, известен ли клиент', en: 'Asking amoCRM whether it knows the client' },
  awaiting_portal: { ru: 'Ждём первого ответа портала amoCRM', en: 'Waiting for the first answer of the portal' },
  awaiting_settings: { ru: 'Ждём настройки кабинета', en: 'Waiting for the settings of the account' },
  joined: { ru: 'Это тот же звонок под другим номером АТС', en: 'The same call under another id of the PBX' },
};

/** Of a call that should be over. */
export const silenceWords: Localized = {
  ru: 'О звонке больше суток ничего не приходит: ни его конца, ни решения. В amoCRM по нему ничего не записано.',
  en: 'Nothing has come of the call for more than a day, neither its end nor a decision. Nothing was written to amoCRM.',
};

/** Remarks on an event's data (`warnings` of calls.v1): told by call-ingest. */
const eventWarnings: Readonly<Record<string, Localized>> = {
  clock_ahead: {
    ru: 'часы АТС спешат, взято время получения',
    en: 'the clock of the PBX is fast, the time of receipt counts',
  },
  lost_with_talk: {
    ru: 'АТС назвала звонок потерянным, но разговор был',
    en: 'the PBX called it lost, though there was a talk',
  },
  answered_without_talk: {
    ru: 'АТС назвала звонок принятым, но разговора не было',
    en: 'the PBX called it answered, though there was no talk',
  },
  template_placeholder: { ru: 'АТС прислала шаблон вместо значения', en: 'the PBX sent a placeholder for a value' },
  foreign_linked_id: {
    ru: 'АТС связала звонок с чужим: номера клиентов разные, звонки не объединены',
    en: 'the PBX linked the call to a foreign one: their clients differ, they were kept apart',
  },
  ids_recomputed: { ru: 'номер события пересчитан', en: 'the id of the event was computed anew' },
  unreadable_time: {
    ru: 'время события не разобрать, взято время получения',
    en: 'the time of the event is unreadable, the time of receipt counts',
  },
  implausible_duration: {
    ru: 'АТС назвала длительность больше суток',
    en: 'the PBX told a duration of more than a day',
  },
  unreadable_record_link: { ru: 'ссылку на запись не разобрать', en: 'the link of the recording is unreadable' },
  unknown_status: { ru: 'АТС назвала неизвестный итог', en: 'the PBX named an unknown outcome' },
};

/** A remark that has no words yet is shown as it is: better than nothing, and it can be looked up. */
export const eventWarning = (code: string): Localized => eventWarnings[code] ?? { ru: code, en: code };
