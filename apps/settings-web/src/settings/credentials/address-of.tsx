import { Radio, Stack } from '@mantine/core';
import { useTranslation } from '../../i18n/use-translation';
import type { AddressOf } from '../../api/portals';

interface AddressOfProps {
  readonly value: AddressOf | null;
  readonly error: string | undefined;
  readonly onChange: (value: AddressOf) => void;
}

/** Another address: the same amoCRM account under a new name, or another account, where nothing of the old one exists. */
export function AddressOfChoice({ value, error, onChange }: AddressOfProps) {
  const { t } = useTranslation();
  return (
    <Radio.Group
      label={t('credentials.newAddress')}
      required
      value={value}
      error={error}
      onChange={(chosen) => onChange(chosen)}
    >
      <Stack gap="xs" pt="xs">
        <Radio value="same" label={t('credentials.sameAccount')} description={t('credentials.sameAccountHint')} />
        <Radio
          value="another"
          label={t('credentials.anotherAccount')}
          description={t('credentials.anotherAccountHint')}
        />
      </Stack>
    </Radio.Group>
  );
}
