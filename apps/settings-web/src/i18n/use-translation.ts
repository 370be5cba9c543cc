import { useMemo, useSyncExternalStore } from 'react';
import { currentSpeech, onSpeechChange } from './languages';
import { linesOf, textOf, type ListKey, type TextKey, type Values } from './translate';

export interface Translation {
  readonly t: (key: TextKey, values?: Values) => string;
  readonly list: (key: ListKey) => readonly string[];
}

/** The page's words in the reader's language; drawn anew when it is switched. */
export function useTranslation(): Translation {
  const speech = useSyncExternalStore(onSpeechChange, currentSpeech);
  return useMemo(
    () => ({
      t: (key, values) => textOf(speech.words, speech.plurals, key, values),
      list: (key) => linesOf(speech.words, key),
    }),
    [speech],
  );
}
