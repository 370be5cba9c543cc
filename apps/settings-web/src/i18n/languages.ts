import { ru } from './ru';
import type { Words } from './translate';

export type Language = 'ru' | 'en';

/** In which language the page speaks just now. */
export interface Speech {
  readonly language: Language;
  readonly words: Words;
  readonly plurals: Intl.PluralRules;
}

const storedAs = 'perezvon-language';

let speech: Speech = speechOf('ru', ru);
const listeners = new Set<() => void>();

/** Russian first; English by the reader's switch, which this browser remembers. The words of the other are not loaded. */
export async function startLanguages(): Promise<void> {
  await speak(localStorage.getItem(storedAs) === 'en' ? 'en' : 'ru');
}

export const currentSpeech = (): Speech => speech;
export const currentLanguage = (): Language => speech.language;

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(storedAs, language);
  await speak(language);
}

/** @returns ends the subscription */
export function onSpeechChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

async function speak(language: Language): Promise<void> {
  speech = speechOf(language, language === 'en' ? (await import('./en')).en : ru);
  document.documentElement.lang = language;
  for (const listener of listeners) listener();
}

function speechOf(language: Language, words: Words): Speech {
  return { language, words, plurals: new Intl.PluralRules(language) };
}
