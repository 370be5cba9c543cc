import { Box, Button, Group, Pill, ScrollArea, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from '../../i18n/use-translation';
import { useReadNumbers, type ReadNumbers } from '../../api/integration';
import { Failure } from '../../shell/failure';
import { fieldId, useProblemAt } from '../problems';
import { FieldLabel } from '../toggle';
import { PastedLines } from './pasted-lines';

interface FiltersProps {
  readonly path: string;
  readonly label: string;
  readonly numbers: readonly string[];
  readonly onChange: (numbers: string[]) => void;
}

/** More than this is searched, not scrolled. */
const searchableFrom = 12;
/** More pills make the page slow, and nobody reads them. */
const shownAtMost = 300;

/**
 * R8: numbers pasted in any spelling. The service reads them at once and says what it understood; what it did not stays in
 * the field to be mended. They are saved with the other settings.
 */
export function Filters({ path, label, numbers, onChange }: FiltersProps) {
  const { t } = useTranslation();
  const problem = useProblemAt(path);
  const [pasted, setPasted] = useState('');
  const [read, setRead] = useState<ReadNumbers | null>(null);
  const [wanted, setWanted] = useState('');
  const reading = useReadNumbers();
  const add = (): void =>
    reading.mutate(pasted, {
      onSuccess: (answer) => {
        const known = new Set(numbers);
        const added = answer.understood.filter(({ number }) => !known.has(number));
        const repeated = [...answer.repeated, ...answer.understood.filter(({ number }) => known.has(number))];
        setRead({ understood: added, repeated, wrong: answer.wrong });
        setPasted(answer.wrong.map(({ line }) => line).join('\n'));
        onChange([...numbers, ...added.map(({ number }) => number)]);
      },
    });
  const shown = numbers.filter((number) => number.includes(wanted.trim()));
  return (
    <Box id={fieldId(path)} className="problem-target" tabIndex={-1}>
      <FieldLabel label={label} hint={t('direction.filtersHint')} />
      <Stack gap="xs" pt={4}>
        <Group align="flex-end" gap="xs">
          <Textarea
            style={{ flex: '1 1 220px' }}
            aria-label={label}
            placeholder={t('direction.filtersPaste')}
            autosize
            maxRows={6}
            value={pasted}
            error={problem}
            onChange={(event) => setPasted(event.currentTarget.value)}
          />
          <Button variant="default" disabled={pasted.trim() === ''} loading={reading.isPending} onClick={add}>
            {t('direction.filtersAdd')}
          </Button>
        </Group>
        {reading.error && <Failure error={reading.error} />}
        {read && <PastedLines read={read} />}
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
            {shown.slice(0, shownAtMost).map((number) => (
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
        {shown.length > shownAtMost && (
          <Text size="xs" c="dimmed">
            {t('direction.filtersMore', { count: shown.length - shownAtMost })}
          </Text>
        )}
      </Stack>
    </Box>
  );
}
