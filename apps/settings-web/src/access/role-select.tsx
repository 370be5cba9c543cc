import { Select, type SelectProps } from '@mantine/core';
import { useTranslation } from '../i18n/use-translation';
import { accountRoles, type AccountRole } from '../api/access';

interface RoleSelectProps extends Pick<SelectProps, 'label' | 'size' | 'disabled' | 'w'> {
  readonly 'value': AccountRole;
  readonly 'onChange': (role: AccountRole) => void;
  readonly 'aria-label'?: string;
}

export function RoleSelect({ value, onChange, ...field }: RoleSelectProps) {
  const { t } = useTranslation();
  return (
    <Select
      {...field}
      allowDeselect={false}
      value={value}
      data={accountRoles.map((role) => ({ value: role, label: t(`access.roles.${role}`) }))}
      onChange={(role) => {
        if (role !== null) onChange(role);
      }}
    />
  );
}
