import { SegmentedControl } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from '../i18n/use-translation';
import { chooseLanguage, currentLanguage, type Language } from '../i18n/languages';

export function LanguageSwitch() {
  const { t } = useTranslation();
  const client = useQueryClient();
  // What the service has said is in the old language.
  const choose = async (language: Language): Promise<void> => {
    await chooseLanguage(language);
    await client.invalidateQueries();
  };
  return (
    <SegmentedControl
      size="xs"
      aria-label={t('shell.language')}
      value={currentLanguage()}
      onChange={(chosen) => void choose(chosen)}
      data={[
        { value: 'ru', label: 'RU' },
        { value: 'en', label: 'EN' },
      ]}
    />
  );
}
