import { Box, Button, Group, Pill, ScrollArea, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { UnderstoodLine } from '../../api/integration';
import { fieldId, useProblemAt } from '../problems';
import { FieldLabel } from '../toggle';

interface FiltersProps {
  readonly path: string;
  readonly label: string;
  readonly numbers: readonly string[];
  /** How the last saved lines were read: what repeated is named once. */
  readonly repeated: readonly UnderstoodLine[];
  readonly onChange: (numbers: string[]) => void;
}

/** More than this is searched, not scrolled. */
const searchableFrom = 12;

/** R8: numbers pasted in any spelling. The service reads them when they are saved and answers with what it understood. */
export function Filters({ path, label, numbers, repeated, onChange }: FiltersProps) {
  const { t } = useTranslation();
  const problem = useProblemAt(path);
  const [pasted, setPasted] = useState('');
  const [wanted, setWanted] = useState('');
  const add = (): void => {
    const lines = pasted.split(/[\r\n;,\t]+/).map((line) => line.trim());
    onChange([...new Set([...numbers, ...lines.filter((line) => line !== '')])]);
    setPasted('');
  };
  const shown = numbers.filter((number) => number.includes(wanted.trim()));
  return (
    <Box id={fieldId(path)} className="problem-target" tabIndex={-1}>
      <FieldLabel label={label} hint={t('direction.filtersHint')} />
      <Stack gap="xs" pt={4}>
        <Group align="flex-end" gap="xs" wrap="nowrap">
          <Textarea
            style={{ flex: 1 }}
            aria-label={label}
            placeholder={t('direction.filtersPaste')}
            autosize
            maxRows={6}
            value={pasted}
            error={problem}
            onChange={(event) => setPasted(event.currentTarget.value)}
          />
          <Button variant="default" disabled={pasted.trim() === ''} onClick={add}>
            {t('direction.filtersAdd')}
          </Button>
        </Group>
        {repeated.length > 0 && (
          <Text size="sm" c="dimmed">
            {t('direction.filtersRepeated', { lines: repeated.map(({ line }) => line).join(', ') })}
          </Text>
        )}
        {numbers.length > 0 && (
          <Group justify="space-between">
            <Text size="sm" c="dimmed">
              {t('direction.filtersCount', { count: numbers.length })}
            </Text>
            <Button size="compact-xs" variant="subtle" color="gray" onClick={() => onChange([])}>
              {t('direction.filtersClear')}
            </Button>
          </Group>
        )}
        {numbers.length > searchableFrom && (
          <TextInput
            size="xs"
            aria-label={t('direction.filtersSearch')}
            placeholder={t('direction.filtersSearch')}
            value={wanted}
            onChange={(event) => setWanted(event.currentTarget.value)}
          />
        )}
        <ScrollArea.Autosize mah={160}>
          <Pill.Group>
            {shown.slice(0, 300).map((number) => (
              <Pill
                key={number}
                withRemoveButton
                removeButtonProps={{ 'aria-label': t('direction.filtersRemove', { number }) }}
                onRemove={() => onChange(numbers.filter((each) => each !== number))}
              >
                {number}
              </Pill>
            ))}
          </Pill.Group>
        </ScrollArea.Autosize>
      </Stack>
    </Box>
  );
}
