import { Stack, Title } from '@mantine/core';
import { useTranslation } from '../i18n/use-translation';
import { useIntegration } from '../api/integration';
import { Failure } from '../shell/failure';
import { SettingsForm } from './settings-form';
import { Waiting } from '../shell/waiting';

export default function SettingsPage() {
  const { t } = useTranslation();
  const integration = useIntegration();
  return (
    <Stack maw={1180} mx="auto" gap="lg">
      <Title order={2}>{t('settings.title')}</Title>
      {integration.error && <Failure error={integration.error} onRetry={() => void integration.refetch()} />}
      {integration.isPending && <Waiting />}
      {integration.data && <SettingsForm saved={integration.data} />}
    </Stack>
  );
}
