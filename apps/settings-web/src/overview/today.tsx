import {
  Anchor,
  Box,
  Card,
  ColorSwatch,
  Group,
  Progress,
  SimpleGrid,
  Skeleton,
  Stack,
  Text,
  Title,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '../i18n/use-translation';
import { Link } from 'wouter';
import { useAccountPath } from '../api/account';
import { pageOfCalls, type CallLine } from '../api/journal';
import { Failure } from '../shell/failure';
import { CallsByHour } from './calls-by-hour';
import { outcomes } from './outcomes';
import { Ring } from './ring';

/** As many as are counted; more than that a day is for a report. */
const maxCalls = 5_000;

const effects = ['contact', 'deal', 'unsorted', 'note', 'task'] as const;

/** Today's calls by outcome, and what they made in amoCRM. */
export function Today() {
  const { t } = useTranslation();
  const calls = useCallsToday();
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="today">
      <Stack gap="md">
        <Group justify="space-between">
          <Title order={3} size="h4" id="today">
            {t('overview.today')}
          </Title>
          <Anchor component={Link} href="/journal" size="sm">
            {t('journal.back')}
          </Anchor>
        </Group>
        {calls.error && <Failure error={calls.error} onRetry={() => void calls.refetch()} />}
        {calls.isPending && <Skeleton h={80} />}
        {calls.data && <Counts calls={calls.data} />}
      </Stack>
    </Card>
  );
}

function Counts({ calls }: { readonly calls: readonly CallLine[] }) {
  const { t } = useTranslation();
  if (calls.length === 0) return <Text c="dimmed">{t('overview.noCallsToday')}</Text>;
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
      <Outcomes calls={calls} />
      <Made calls={calls} />
      <Box style={{ gridColumn: '1 / -1' }}>
        <CallsByHour calls={calls} />
      </Box>
    </SimpleGrid>
  );
}

/** How the calls ended: a ring, and beside it the same in numbers. */
function Outcomes({ calls }: { readonly calls: readonly CallLine[] }) {
  const { t } = useTranslation();
  const counts = outcomes.map(({ outcome, color }) => ({
    outcome,
    color,
    count: calls.filter((call) => call.outcome === outcome).length,
  }));
  return (
    <Group gap="lg" wrap="nowrap">
      <Ring shares={counts.map(({ count, color }) => ({ share: count / calls.length, color }))}>{calls.length}</Ring>
      <Stack gap={6}>
        <Text fw={600}>{t('overview.calls', { count: calls.length })}</Text>
        {counts.map(({ outcome, color, count }) => (
          <Group key={outcome} gap="xs" wrap="nowrap">
            <ColorSwatch size={12} color={`var(--mantine-color-${color}-filled)`} aria-hidden />
            <Text size="sm">
              {t(`journal.outcomes.${outcome}`)}: <b>{count}</b>
            </Text>
          </Group>
        ))}
      </Stack>
    </Group>
  );
}

/** What the calls made in amoCRM. */
function Made({ calls }: { readonly calls: readonly CallLine[] }) {
  const { t } = useTranslation();
  const done = calls.flatMap((call) => call.effects).filter(({ state }) => state === 'done');
  const counts = effects.map((name) => ({
    name,
    count: done.filter(({ effect }) => effect.startsWith(name)).length,
  }));
  const most = Math.max(1, ...counts.map(({ count }) => count));
  return (
    <Stack gap={8} justify="center">
      {counts.map(({ name, count }) => (
        <Group key={name} gap="sm" wrap="nowrap">
          <Text size="sm" w={150}>
            {t(`overview.made.${name}`)}
          </Text>
          <Progress value={(count / most) * 100} size="lg" style={{ flex: 1 }} aria-hidden />
          <Text size="sm" w={40} ta="right" fw={600}>
            {count}
          </Text>
        </Group>
      ))}
    </Stack>
  );
}

function useCallsToday() {
  const path = useAccountPath();
  return useQuery({
    queryKey: [path, 'calls', 'today'],
    queryFn: async ({ signal }) => {
      const midnight = new Date();
      midnight.setHours(0, 0, 0, 0);
      const calls: CallLine[] = [];
      for (let cursor: string | null = ''; cursor !== null && calls.length < maxCalls;) {
        const search = { from: midnight.toISOString() };
        const page: Awaited<ReturnType<typeof pageOfCalls>> = await pageOfCalls(path, search, cursor, 500, signal);
        calls.push(...page.items);
        cursor = page.nextCursor;
      }
      return calls;
    },
    refetchInterval: 15_000,
  });
}
