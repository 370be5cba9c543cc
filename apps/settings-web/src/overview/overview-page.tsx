import { SimpleGrid, Stack, Title } from '@mantine/core';
import { useTranslation } from '../i18n/use-translation';
import { useStatus } from '../api/operations';
import { Failure } from '../shell/failure';
import { ConsentOutcome } from './consent-outcome';
import { FirstSteps } from './first-steps';
import { Health } from './health';
import { LastEvents } from './last-events';
import { Limits } from './limits';
import { Today } from './today';
import { Waiting } from '../shell/waiting';

/** Is everything all right, and if not, the one step that mends it. */
export default function OverviewPage() {
  const { t } = useTranslation();
  const status = useStatus();
  return (
    <Stack maw={1180} mx="auto" gap="lg">
      <Title order={2}>{t('shell.overview')}</Title>
      <ConsentOutcome />
      {status.error && <Failure error={status.error} onRetry={() => void status.refetch()} />}
      {status.isPending && <Waiting />}
      {status.data && (
        <>
          <Health status={status.data} />
          <FirstSteps status={status.data} />
          <Today />
          <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
            <Limits status={status.data} />
            <LastEvents activity={status.data.activity} />
          </SimpleGrid>
        </>
      )}
    </Stack>
  );
}
