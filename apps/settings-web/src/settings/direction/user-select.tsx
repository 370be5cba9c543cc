import { Avatar, Group, Select, Text, type SelectProps } from '@mantine/core';
import { useTranslation } from '../../i18n/use-translation';
import type { CrmView } from '../../api/portals';

interface UserSelectProps extends Pick<
  SelectProps,
  'label' | 'error' | 'required' | 'withAsterisk' | 'id' | 'placeholder' | 'clearable'
> {
  readonly 'users': CrmView['users'];
  readonly 'value': number | null;
  readonly 'onChange': (userId: number | null) => void;
  readonly 'aria-label'?: string;
}

/** A user of amoCRM: active ones to choose from; one that was deactivated stays visible and is marked. */
export function UserSelect({ users, value, onChange, ...field }: UserSelectProps) {
  const { t } = useTranslation();
  const shown = users.filter(({ id, isActive }) => isActive || id === value);
  const labelOf = ({ name, isActive }: CrmView['users'][number]) =>
    isActive ? name : `${name} (${t('direction.inactiveUser')})`;
  const known = shown.map((user) => ({ value: String(user.id), label: labelOf(user) }));
  const isGone = value !== null && !shown.some(({ id }) => id === value);
  const chosen = users.find(({ id }) => id === value);
  return (
    <Select
      {...field}
      placeholder={field.placeholder ?? t('direction.chooseUser')}
      searchable
      nothingFoundMessage={t('common.nothingFound')}
      value={value === null ? null : String(value)}
      data={isGone ? [...known, { value: String(value), label: t('direction.gone', { id: value }) }] : known}
      leftSection={chosen ? <Avatar size={22} name={chosen.name} color="initials" /> : undefined}
      renderOption={({ option }) => {
        const user = users.find(({ id }) => String(id) === option.value);
        return (
          <Group gap="xs" wrap="nowrap">
            <Avatar size={26} name={user?.name ?? option.label} color="initials" />
            <div>
              <Text size="sm">{option.label}</Text>
              {user?.email && (
                <Text size="xs" c="dimmed">
                  {user.email}
                </Text>
              )}
            </div>
          </Group>
        );
      }}
      onChange={(id) => onChange(id === null ? null : Number(id))}
    />
  );
}
