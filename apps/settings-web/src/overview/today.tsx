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
import { useTranslation } from '../i18n/use-translation';
import { Link } from 'wouter';
import { useTotalsToday, type CallTotals } from '../api/journal';
import { Failure } from '../shell/failure';
import { CallsByHour } from './calls-by-hour';
import { countOf, outcomes } from './outcomes';
import { Ring } from './ring';

const effects = ['contact', 'deal', 'unsorted', 'note', 'task'] as const;

/** Today's calls by outcome, and what they made in amoCRM. */
export function Today() {
  const { t } = useTranslation();
  const totals = useTotalsToday();
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
        {totals.error && <Failure error={totals.error} onRetry={() => void totals.refetch()} />}
        {totals.isPending && <Skeleton h={80} />}
        {totals.data && <Counts totals={totals.data} />}
      </Stack>
    </Card>
  );
}

function Counts({ totals }: { readonly totals: CallTotals }) {
  const { t } = useTranslation();
  if (totals.calls === 0) return <Text c="dimmed">{t('overview.noCallsToday')}</Text>;
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
      <Outcomes totals={totals} />
      <Made made={totals.made} />
      <Box style={{ gridColumn: '1 / -1' }}>
        <CallsByHour byHour={totals.byHour} />
      </Box>
    </SimpleGrid>
  );
}

/** How the calls ended: a ring, and beside it the same in numbers. */
function Outcomes({ totals: { calls, byOutcome } }: { readonly totals: CallTotals }) {
  const { t } = useTranslation();
  const counts = outcomes.map(({ outcome, color }) => ({ outcome, color, count: countOf(byOutcome, outcome) }));
  const others = calls - counts.reduce((sum, { count }) => sum + count, 0);
  return (
    <Group gap="lg" wrap="nowrap">
      <Ring shares={counts.map(({ count, color }) => ({ share: count / calls, color }))}>{calls}</Ring>
      <Stack gap={6}>
        <Text fw={600}>{t('overview.calls', { count: calls })}</Text>
        {counts.map(({ outcome, color, count }) => (
          <Group key={outcome} gap="xs" wrap="nowrap">
            <ColorSwatch size={12} color={`var(--mantine-color-${color}-filled)`} aria-hidden />
            <Text size="sm">
              {t(`journal.outcomes.${outcome}`)}: <b>{count}</b>
            </Text>
          </Group>
        ))}
        {others > 0 && (
          <Group gap="xs" wrap="nowrap">
            <ColorSwatch size={12} color="var(--mantine-color-default-border)" aria-hidden />
            <Text size="sm">
              {t('overview.otherOutcomes')}: <b>{others}</b>
            </Text>
          </Group>
        )}
      </Stack>
    </Group>
  );
}

/** What the calls made in amoCRM. */
function Made({ made }: { readonly made: CallTotals['made'] }) {
  const { t } = useTranslation();
  const counts = effects.map((name) => ({
    name,
    count: made.filter(({ effect }) => effect.startsWith(name)).reduce((sum, { count }) => sum + count, 0),
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
