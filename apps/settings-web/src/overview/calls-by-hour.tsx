import { Group, Stack, Text, VisuallyHidden } from '@mantine/core';
import type { CallTotals } from '../api/journal';
import { useTranslation } from '../i18n/use-translation';
import { countOf, outcomes } from './outcomes';

const hours = Array.from({ length: 24 }, (_, hour) => hour);
const barHeightPx = 72;

/** The day's calls by the hour in which they began, by outcome; the same as a table for those who do not see it. */
export function CallsByHour({ byHour }: { readonly byHour: CallTotals['byHour'] }) {
  const { t } = useTranslation();
  const columns = hours.map((hour) => {
    const begun = byHour.find((each) => each.hour === hour)?.byOutcome ?? [];
    return { hour, counts: outcomes.map(({ outcome }) => countOf(begun, outcome)) };
  });
  const most = Math.max(1, ...columns.map(({ counts }) => total(counts)));
  return (
    <figure style={{ margin: 0 }}>
      <Text component="figcaption" size="sm" c="dimmed" pb={4}>
        {t('overview.byHour')}
      </Text>
      <Group gap={4} align="flex-end" wrap="nowrap" aria-hidden>
        {columns.map(({ hour, counts }) => (
          <Stack key={hour} gap={2} style={{ flex: 1, minWidth: 0 }}>
            <Stack gap={0} h={barHeightPx} justify="flex-end" className="bar">
              {outcomes.map(({ outcome, color }, index) => (
                <div
                  key={outcome}
                  style={{
                    height: `${String(((counts[index] ?? 0) / most) * 100)}%`,
                    background: `var(--mantine-color-${color}-filled)`,
                  }}
                />
              ))}
            </Stack>
            <Text size="xs" c="dimmed" ta="center" style={{ whiteSpace: 'nowrap' }}>
              {hour % 3 === 0 ? hour : '\u00a0'}
            </Text>
          </Stack>
        ))}
      </Group>
      <VisuallyHidden>
        <table>
          <thead>
            <tr>
              <th>{t('overview.hour')}</th>
              {outcomes.map(({ outcome }) => (
                <th key={outcome}>{t(`journal.outcomes.${outcome}`)}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {columns
              .filter(({ counts }) => total(counts) > 0)
              .map(({ hour, counts }) => (
                <tr key={hour}>
                  <td>{hour}</td>
                  {outcomes.map(({ outcome }, index) => (
                    <td key={outcome}>{counts[index]}</td>
                  ))}
                </tr>
              ))}
          </tbody>
        </table>
      </VisuallyHidden>
    </figure>
  );
}

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
