import { Group, Select, TextInput } from '@mantine/core';
import { useTranslation } from '../i18n/use-translation';
import { journalStates, type CallSearch } from '../api/journal';

interface SearchFieldsProps {
  readonly search: CallSearch;
  readonly onChange: (search: CallSearch) => void;
}

const outcomes = ['answered', 'missed', 'not_reached', 'rejected', 'internal'] as const;

export function SearchFields({ search, onChange }: SearchFieldsProps) {
  const { t } = useTranslation();
  /** An empty field is no condition. */
  const narrow = (field: keyof CallSearch, value: string | null): void => {
    const { [field]: _, ...others } = search;
    onChange(value === null || value === '' ? others : { ...others, [field]: value });
  };
  return (
    <Group align="flex-end" gap="sm" role="search">
      <TextInput
        label={t('journal.phone')}
        w={180}
        placeholder={t('journal.phoneWhole')}
        value={search.phone ?? ''}
        onChange={({ currentTarget: { value } }) => narrow('phone', value)}
      />
      <TextInput
        type="date"
        label={t('journal.from')}
        value={dayOf(search.from)}
        onChange={({ currentTarget: { value } }) => narrow('from', startOfDay(value))}
      />
      <TextInput
        type="date"
        label={t('journal.to')}
        value={dayOf(search.to, -1)}
        onChange={({ currentTarget: { value } }) => narrow('to', startOfDay(value, 1))}
      />
      <Select
        label={t('journal.direction')}
        w={150}
        clearable
        placeholder={t('journal.any')}
        value={search.direction ?? null}
        data={(['in', 'out'] as const).map((value) => ({ value, label: t(`foresight.directions.${value}`) }))}
        onChange={(value) => narrow('direction', value)}
      />
      <Select
        label={t('journal.outcome')}
        w={170}
        clearable
        placeholder={t('journal.any')}
        value={search.outcome ?? null}
        data={outcomes.map((value) => ({ value, label: t(`journal.outcomes.${value}`) }))}
        onChange={(value) => narrow('outcome', value)}
      />
      <Select
        label={t('journal.inCrm')}
        w={190}
        clearable
        placeholder={t('journal.any')}
        value={search.state ?? null}
        data={journalStates.map((value) => ({ value, label: t(`journal.states.${value}`) }))}
        onChange={(value) => narrow('state', value)}
      />
    </Group>
  );
}

/** A day of the reader's calendar as an instant; `later` days after it. */
function startOfDay(day: string, later = 0): string | null {
  const [year, month, date] = day.split('-').map(Number);
  if (!year || !month || !date) return null;
  return new Date(year, month - 1, date + later).toISOString();
}

function dayOf(instant: string | undefined, later = 0): string {
  if (instant === undefined) return '';
  const at = new Date(instant);
  at.setDate(at.getDate() + later);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${String(at.getFullYear())}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
