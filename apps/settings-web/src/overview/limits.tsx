import { Anchor, Card, Group, Progress, Stack, Text, Title } from '@mantine/core';
import type { PortalStatus } from '@perezvon/contracts';
import { useTranslation } from '../i18n/use-translation';
import { Link } from 'wouter';
import type { AccountStatus } from '../api/operations';
import { dateAndTime, decimal } from '../i18n/dates';
import { WaitingCalls } from './waiting-calls';

/** amoCRM's own: requests a second of one integration (reference/amocrm-api.md §2.1). */
const limitPerSecond = 7;

/** How far behind the writer is, and how near to amoCRM's limit. */
export function Limits({ status: account }: { readonly status: AccountStatus }) {
  const { t } = useTranslation();
  const status = account.portals.find(({ isChosen }) => isChosen)?.status ?? null;
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="limits">
      <Stack gap="sm">
        <Title order={3} size="h4" id="limits">
          {t('overview.queue')}
        </Title>
        {status === null ? (
          <Text size="sm" c="dimmed">
            {t('overview.noPortal')}
          </Text>
        ) : (
          <Numbers status={status} />
        )}
        <WaitingCalls status={account} />
      </Stack>
    </Card>
  );
}

function Numbers({ status }: { readonly status: PortalStatus }) {
  const { t } = useTranslation();
  const waiting = status.effects.filter(({ state }) => ['waiting', 'sending', 'in_doubt'].includes(state));
  const parked = status.effects.filter(({ state }) => state === 'parked');
  const oldest = waiting.map(({ oldestAt }) => oldestAt).sort()[0];
  const rate = status.requestsPerSecond ?? 0;
  return (
    <Stack gap={6}>
      <Text size="sm">
        {t('overview.waiting', { count: sum(waiting) })}
        {oldest !== undefined && ` · ${t('overview.oldest', { when: dateAndTime(oldest) })}`}
      </Text>
      {parked.length > 0 && (
        <Anchor component={Link} href="/queue" size="sm" c="red">
          {t('overview.parked', { count: sum(parked) })}
        </Anchor>
      )}
      <Group justify="space-between">
        <Text size="sm">{t('overview.rate')}</Text>
        <Text size="sm" fw={600}>
          {`${decimal(rate)} / ${String(limitPerSecond)}`}
        </Text>
      </Group>
      <Progress value={(rate / limitPerSecond) * 100} aria-label={t('overview.rate')} />
      {status.mirror && (
        <Text size="sm" c="dimmed">
          {t(status.mirror.isComplete ? 'overview.mirrorComplete' : 'overview.mirrorPartial')}
          {status.mirror.leadMonths != null && ` · ${t('overview.mirrorMonths', { months: status.mirror.leadMonths })}`}
          {status.mirror.readAt !== null && ` · ${dateAndTime(status.mirror.readAt)}`}
        </Text>
      )}
    </Stack>
  );
}

const sum = (rows: PortalStatus['effects']): number => rows.reduce((total, { count }) => total + count, 0);
