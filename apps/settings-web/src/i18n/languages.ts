import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { ru } from './ru';

export type Language = 'ru' | 'en';

const storedAs = 'perezvon-language';

/** Russian first; English by the reader's switch, which this browser remembers. The words of the other are not loaded. */
export async function startLanguages(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'ru',
    fallbackLng: 'ru',
    resources: { ru: { translation: ru } },
    partialBundledLanguages: true,
    interpolation: { escapeValue: false },
  });
  await speak(localStorage.getItem(storedAs) === 'en' ? 'en' : 'ru');
}

export const currentLanguage = (): Language => (i18next.language === 'en' ? 'en' : 'ru');

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(storedAs, language);
  await speak(language);
}

async function speak(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, 'translation')) {
    const { en } = await import('./en');
    i18next.addResourceBundle('en', 'translation', en);
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

declare module 'i18next' {
  interface CustomTypeOptions {
    /** A key that `ru` lacks does not compile; `en` has the same shape by its type. */
    resources: { translation: typeof ru };
  }
}
