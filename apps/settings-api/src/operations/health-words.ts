import { type PortalStatus } from '@perezvon/contracts';
import { type Localized } from '@perezvon/service';
import { reasonWords } from '../journal/effect-words.js';
import { type Condition, conditionsOf } from './conditions.js';
import { type AccountStatus } from './status.js';

export interface HealthSentence {
  readonly level: 'ok' | 'warning' | 'error' | 'off';
  readonly text: string;
}

/** The account's health in one sentence: the worst thing, and what follows from it (R11). */
export function healthInWords(status: AccountStatus, language: keyof Localized): HealthSentence {
  const say = (level: HealthSentence['level'], words: Localized): HealthSentence => ({ level, text: words[language] });
  const chosen = status.portals.find((portal) => portal.isChosen);
  const stop = chosen?.status?.stop ?? null;
  const waiting = countOf(chosen?.status ?? null, ['waiting', 'sending', 'in_doubt']);
  const parked = (status.parked ?? []).reduce((all, { count }) => all + count, 0);
  const trouble = chosen?.status == null ? undefined : conditionsOf(chosen.status, language).find(isTrouble);

  if (!status.isActive) {
    return say('off', {
      ru: 'Интеграция выключена: звонки записываются в журнал, в amoCRM ничего не создаётся.',
      en: 'The integration is off: calls are journalled, nothing is made in amoCRM.',
    });
  }
  if (stop !== null) {
    const why = reasonWords({ code: stop.cause ?? stop.reason });
    return say('error', {
      ru: `amoCRM не принимает записи: ${why.ru}. Ждёт операций: ${waiting}; ничего не потеряно.`,
      en: `amoCRM takes no writes: ${why.en}. Operations waiting: ${waiting}; nothing is lost.`,
    });
  }
  if (trouble !== undefined) {
    const { text } = trouble;
    return say('warning', {
      ru: `Запись в amoCRM задерживается: ${text}. Ждёт операций: ${waiting}; ничего не потеряно.`,
      en: `Writing to amoCRM is delayed: ${text}. Operations waiting: ${waiting}; nothing is lost.`,
    });
  }
  if (status.unavailable.length > 0) {
    const names = status.unavailable.join(', ');
    return say('warning', { ru: `Не отвечает: ${names}.`, en: `Does not answer: ${names}.` });
  }
  if (parked > 0) {
    return say('warning', {
      ru: `Остановлено операций: ${parked}. Откройте список и повторите или отмените их.`,
      en: `Operations stopped: ${parked}. Open the list and retry or discard them.`,
    });
  }
  if (status.problems.broken > 0) {
    return say('warning', {
      ru: `Сломано правил: ${status.problems.broken}. Звонки обрабатываются запасным путём.`,
      en: `Broken rules: ${status.problems.broken}. Calls go a fallback way.`,
    });
  }
  return say('ok', { ru: 'Всё в порядке.', en: 'All is well.' });
}

const isTrouble = ({ kind }: Condition): boolean => kind !== 'stop' && kind !== 'notice';

function countOf(status: PortalStatus | null, states: readonly string[]): number {
  const rows = status?.effects.filter((row) => states.includes(row.state)) ?? [];
  return rows.reduce((sum, row) => sum + row.count, status?.lookupsWaiting ?? 0);
}
