import { Card, Group, Stack, Text, Title } from '@mantine/core';
import type { SourceActivity } from '@perezvon/contracts';
import { useTranslation } from '../i18n/use-translation';
import { dateAndTime } from '../i18n/dates';

/** The cabinet of the PBX decides what arrives: silence of one kind of event is seen here first. */
export function LastEvents({ activity }: { readonly activity: SourceActivity | null }) {
  const { t } = useTranslation();
  const events = [...(activity?.lastEvents ?? [])].sort((a, b) => (a.receivedAt < b.receivedAt ? 1 : -1));
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="last-events">
      <Stack gap="sm">
        <Title order={3} size="h4" id="last-events">
          {t('overview.lastEvents')}
        </Title>
        {events.length === 0 && (
          <Text size="sm" c="dimmed">
            {t(activity === null ? 'overview.ingestAway' : 'overview.noEvents')}
          </Text>
        )}
        {events.map(({ source, sourceInstance, type, receivedAt }) => (
          <Group key={`${source} ${String(sourceInstance)} ${type}`} justify="space-between" wrap="nowrap">
            <Text size="sm">
              {t(`overview.events.${type}` as 'overview.events.call.ended')}{' '}
              <Text component="span" size="xs" c="dimmed">
                {[t(`overview.sources.${source}`), sourceInstance].filter(Boolean).join(' · ')}
              </Text>
            </Text>
            <Text size="sm" c="dimmed" ta="right" flex="none">
              {dateAndTime(receivedAt)}
            </Text>
          </Group>
        ))}
        {activity !== null && activity.held.count > 0 && (
          <Text size="sm" c="orange">
            {t('overview.held', { count: activity.held.count })}
          </Text>
        )}
      </Stack>
    </Card>
  );
}
