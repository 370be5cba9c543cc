import { Stack, Title } from '@mantine/core';
import { useTranslation } from '../i18n/use-translation';
import { EffectsSection } from './effects-section';
import { RejectedSection } from './rejected-section';
import { ReadOnlyForViewers } from '../shell/read-only';

/** What has not been written yet, and why; what a person may do about it. */
export default function QueuePage() {
  const { t } = useTranslation();
  return (
    <Stack maw={1180} mx="auto" gap="lg">
      <Title order={2}>{t('shell.queue')}</Title>
      <ReadOnlyForViewers>
        <EffectsSection />
        <RejectedSection />
      </ReadOnlyForViewers>
    </Stack>
  );
}
