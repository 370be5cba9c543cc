import { Button, Card, Code, Group, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from '../i18n/use-translation';
import { useRejected, useReplay } from '../api/operations';
import { dateAndTime } from '../i18n/dates';
import { Failure } from '../shell/failure';
import { Waiting } from '../shell/waiting';

/** Events of the PBX that could not be taken: the PBX's setting is mended, then they are driven again. */
export function RejectedSection() {
  const { t } = useTranslation();
  const rejected = useRejected();
  const replay = useReplay();
  const failed = rejected.error ?? replay.error;
  const items = rejected.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Card withBorder padding="lg" component="section">
      <Stack>
        <Title order={3} size="h4">
          {t('queue.rejected')}
        </Title>
        <Text size="sm" c="dimmed">
          {t('queue.rejectedLead')}
        </Text>
        {failed && <Failure error={failed} onRetry={() => void rejected.refetch()} />}
        {rejected.isPending && <Waiting />}
        {rejected.data && items.length === 0 && <Text c="dimmed">{t('queue.noRejected')}</Text>}
        {items.map((item) => (
          <Card key={item.rejectedId} withBorder padding="sm">
            <Group justify="space-between" align="flex-start">
              <div style={{ flex: '1 1 260px', minWidth: 0, overflowWrap: 'anywhere' }}>
                <Text size="sm">{t(`queue.rejections.${item.code}`)}</Text>
                <Text size="xs" c="dimmed">
                  {dateAndTime(item.rejectedAt)}
                </Text>
                <Text size="xs" c="dimmed">
                  {t('queue.forVendor')} <span lang="en">{[item.message, ...item.errors.map(toldAt)].join(' · ')}</span>
                </Text>
              </div>
              <Button
                size="compact-xs"
                variant="light"
                flex="none"
                disabled={item.replayedAt !== null}
                loading={replay.isPending && replay.variables === item.rejectedId}
                onClick={() => replay.mutate(item.rejectedId)}
              >
                {t(item.replayedAt === null ? 'queue.replay' : 'queue.replayed')}
              </Button>
            </Group>
            {item.excerpt !== null && (
              <Code block mt="xs" mah={120} style={{ overflow: 'auto' }} tabIndex={0}>
                {item.excerpt}
              </Code>
            )}
          </Card>
        ))}
        {rejected.hasNextPage && (
          <Button variant="default" onClick={() => void rejected.fetchNextPage()}>
            {t('journal.more')}
          </Button>
        )}
      </Stack>
    </Card>
  );
}

const toldAt = ({ path, message }: { readonly path: string; readonly message: string }): string =>
  `${path}: ${message}`;
