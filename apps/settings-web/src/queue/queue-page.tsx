import { Stack, Title } from '@mantine/core';
import { useTranslation } from '../i18n/use-translation';
import { EffectsSection } from './effects-section';
import { RejectedSection } from './rejected-section';

/** What has not been written yet, and why; what a person may do about it. */
export default function QueuePage() {
  const { t } = useTranslation();
  return (
    <Stack maw={1180} mx="auto" gap="lg">
      <Title order={2}>{t('shell.queue')}</Title>
      <EffectsSection />
      <RejectedSection />
    </Stack>
  );
}
