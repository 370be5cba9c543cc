import { Anchor, Card, Group, Progress, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { CallOutcome } from '@perezvon/contracts';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '../i18n/use-translation';
import { Link } from 'wouter';
import { useAccountPath } from '../api/account';
import { pageOfCalls, type CallLine } from '../api/journal';
import { Failure } from '../shell/failure';

/** As many as are counted; more than that a day is for a report. */
const maxCalls = 5_000;

const outcomes = [
  { outcome: 'answered', color: 'teal' },
  { outcome: 'missed', color: 'red' },
  { outcome: 'not_reached', color: 'orange' },
] as const satisfies readonly { outcome: CallOutcome; color: string }[];

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
  const countOf = (outcome: CallOutcome): number => calls.filter((call) => call.outcome === outcome).length;
  const madeOf = (effect: (typeof effects)[number]): number =>
    calls.flatMap((call) => call.effects).filter((each) => each.state === 'done' && each.effect.startsWith(effect))
      .length;
  const most = Math.max(1, ...effects.map(madeOf));
  if (calls.length === 0) return <Text c="dimmed">{t('overview.noCallsToday')}</Text>;
  return (
    <Stack gap="lg">
      <Stack gap={6}>
        <Text size="xl" fw={700}>
          {t('overview.calls', { count: calls.length })}
        </Text>
        <Progress.Root size={20}>
          {outcomes.map(({ outcome, color }) => (
            <Progress.Section
              key={outcome}
              aria-label={t(`journal.outcomes.${outcome}`)}
              value={(countOf(outcome) / calls.length) * 100}
              color={color}
            />
          ))}
        </Progress.Root>
        <Group gap="lg">
          {outcomes.map(({ outcome, color }) => (
            <Text key={outcome} size="sm">
              <Text component="span" c={color} fw={700}>
                {countOf(outcome)}
              </Text>{' '}
              {t(`journal.outcomes.${outcome}`)}
            </Text>
          ))}
        </Group>
      </Stack>
      <Stack gap={8}>
        {effects.map((effect) => (
          <Group key={effect} gap="sm" wrap="nowrap">
            <Text size="sm" w={170}>
              {t(`overview.made.${effect}`)}
            </Text>
            <Progress value={(madeOf(effect) / most) * 100} size="lg" style={{ flex: 1 }} aria-hidden />
            <Text size="sm" w={40} ta="right" fw={600}>
              {madeOf(effect)}
            </Text>
          </Group>
        ))}
      </Stack>
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
