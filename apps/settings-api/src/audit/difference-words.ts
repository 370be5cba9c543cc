import { type Localized } from '@perezvon/service';
import { isUnsaid, type Owner, settingName } from '../naming/setting-names.js';
import { type SettingsDifference } from './differences.js';
import { type KnownNames, noNames } from './known-names.js';
import { valueInWords } from './value-words.js';

/** Ids by which the things of a list are known: their path says them already. */
const identities = new Set(['portalId', 'sourceId', 'employeeId']);

/** «Входящие звонки · Действие: «Создавать новый контакт» → «Создавать сделку всегда»». */
export function differenceInWords(
  { path, before, after }: SettingsDifference,
  language: keyof Localized,
  known: KnownNames = noNames,
): string {
  const steps = path.split('.').filter((step) => !isUnsaid(step));
  const owner: Owner = steps.includes('outgoing') ? 'outgoing' : steps[0] === 'employees' ? 'employee' : null;
  const nameOf = (step: string): string =>
    settingName(step, owner)?.[language] ?? known.ours.get(step) ?? sourceName(step, known, language) ?? step;

  /** Also of a whole thing, such as an employee who was added. */
  const words = (setting: string, value: unknown): string => {
    if (Array.isArray(value)) return value.map((each) => words(setting, each)).join(', ') || '—';
    if (typeof value !== 'object' || value === null) return valueInWords(setting, value, known, language);
    const told = Object.entries(value).filter(([name, part]) => !identities.has(name) && !isEmpty(part));
    return told.map(([name, part]) => `${nameOf(name)} ${words(name, part)}`).join(', ') || noWords[language];
  };
  const value = (of: unknown): string => words(steps.at(-1) ?? '', of);
  return `${steps.map(nameOf).join(' · ')}: ${value(before)} → ${value(after)}`;
}

/** «МегаФон «Контакт-платформа», UIS»; undefined: it is not there any more, or the step is of something else. */
function sourceName(sourceId: string, known: KnownNames, language: keyof Localized): string | undefined {
  const source = known.sources.get(sourceId);
  if (source === undefined) return undefined;
  const kind = valueInWords('kind', source.kind, known, language);
  return source.instance === null ? kind : `${kind} ${source.instance}`;
}

const isEmpty = (value: unknown): boolean => value === null || (Array.isArray(value) && value.length === 0);
const noWords: Localized = { ru: 'есть', en: 'there' };
