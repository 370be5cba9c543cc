import { type ConnectionTest } from '@perezvon/contracts';
import { type Localized } from '@perezvon/service';
import { reasonWords } from '../journal/effect-words.js';
import { advice } from './advice-words.js';

type Check = ConnectionTest['checks'][number];

const asked: Readonly<Record<string, Localized>> = {
  reachable: { ru: 'Адрес отвечает', en: 'The address answers' },
  token: { ru: 'Токен принят', en: 'The token is accepted' },
  administrator: { ru: 'Токен выдан администратором', en: 'The token is an administrator’s' },
  users: { ru: 'Пользователи читаются', en: 'Users can be read' },
  pipelines: { ru: 'Воронки читаются', en: 'Pipelines can be read' },
  marker_field: { ru: 'Служебное поле на месте', en: 'The marker field is there' },
  duplicate_control: { ru: 'Контроль дублей выключен', en: 'Duplicate control is off' },
  webhooks: { ru: 'Вебхуки доступны', en: 'Webhooks are available' },
};

export interface CheckView extends Check {
  readonly text: string;
  /** What to do; null when all is well. */
  readonly advice: string | null;
}

/** One check in words: what was asked, and if it failed, what to do about it. */
export function checkInWords(check: Check, language: keyof Localized): CheckView {
  const { code, outcome, reason } = check;
  const text = asked[code]?.[language] ?? code;
  const what = reason === null ? null : (advice[reason] ?? reasonWords({ code: reason }))[language];
  const no = { ru: 'нет', en: 'no' }[language];
  return { ...check, text: outcome === 'failed' ? `${text}: ${no}` : text, advice: what };
}

/** The whole test in one sentence: the first thing that is wrong, else that all is well. */
export function testInWords({ checks, accountName }: ConnectionTest, language: keyof Localized): string {
  const wrong =
    checks.find((check) => check.outcome === 'failed') ?? checks.find((check) => check.outcome === 'warning');
  if (wrong !== undefined) {
    const { text, advice: what } = checkInWords(wrong, language);
    return what === null ? text : `${text}. ${what}`;
  }
  const name = accountName == null ? '' : ` «${accountName}»`;
  return { ru: `Портал${name} подключён, всё в порядке.`, en: `The portal${name} is connected, all is well.` }[
    language
  ];
}
