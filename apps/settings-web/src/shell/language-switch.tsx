import { SegmentedControl } from '@mantine/core';
import { useTranslation } from '../i18n/use-translation';
import { chooseLanguage, currentLanguage } from '../i18n/languages';

export function LanguageSwitch() {
  const { t } = useTranslation();
  return (
    <SegmentedControl
      size="xs"
      aria-label={t('shell.language')}
      value={currentLanguage()}
      onChange={(chosen) => void chooseLanguage(chosen)}
      data={[
        { value: 'ru', label: 'RU' },
        { value: 'en', label: 'EN' },
      ]}
    />
  );
}
