import { List, Stack, Text } from '@mantine/core';
import { useTranslation } from '../../i18n/use-translation';
import type { ReadNumbers } from '../../api/integration';

/** Enough to see that a column was read as meant. */
const shown = 5;

/** What became of the lines that were just pasted: taken, known already, not understood. */
export function PastedLines({ read: { understood, repeated, wrong } }: { readonly read: ReadNumbers }) {
  const { t } = useTranslation();
  const rewritten = understood.filter(({ line, number }) => line !== number).slice(0, shown);
  return (
    <Stack gap={4} role="status">
      {understood.length > 0 && (
        <Text size="sm">
          {t('direction.filtersUnderstood', { count: understood.length })}
          {rewritten.length > 0 && ` (${rewritten.map(({ line, number }) => `${line} → ${number}`).join('; ')})`}
        </Text>
      )}
      {repeated.length > 0 && (
        <Text size="sm" c="dimmed">
          {t('direction.filtersRepeated', { lines: listed(repeated.map(({ line }) => line)) })}
        </Text>
      )}
      {wrong.length > 0 && (
        <div>
          <Text size="sm" c="var(--mantine-color-error)">
            {t('direction.filtersWrong', { count: wrong.length })}
          </Text>
          <List size="sm">
            {wrong.slice(0, shown).map(({ line, message }) => (
              <List.Item key={line}>{message}</List.Item>
            ))}
          </List>
        </div>
      )}
    </Stack>
  );
}

const listed = (lines: readonly string[]): string =>
  lines.length > shown ? `${lines.slice(0, shown).join(', ')}…` : lines.join(', ');
