import { Alert, Button, Group, Text } from '@mantine/core';
import { IconUserPlus } from '@tabler/icons-react';
import { useTranslation } from '../../i18n/use-translation';
import { useAddEmployees, useDiscovered, type DiscoveredEmployee } from '../../api/people';
import { Failure } from '../../shell/failure';

/** Employees whom the PBX named in its calls: one press puts them on the list. */
export function Discovered() {
  const { t } = useTranslation();
  const discovered = useDiscovered();
  const add = useAddEmployees();
  const found = discovered.data ?? [];
  if (add.error) return <Failure error={add.error} />;
  if (found.length === 0) return null;
  const addAll = (): void =>
    add.mutate(
      found.map(({ pbxId, login, ext, name, phone }) => ({
        pbxId,
        login,
        ext,
        name,
        email: null,
        phones: phone === null ? [] : [phone],
      })),
    );
  return (
    <Alert icon={<IconUserPlus />} color="cyan">
      <Group justify="space-between">
        <Text size="sm">{t('mapping.discovered', { names: found.map(titleOf).join(', ') })}</Text>
        <Button size="xs" loading={add.isPending} onClick={addAll}>
          {t('mapping.addDiscovered')}
        </Button>
      </Group>
    </Alert>
  );
}

const titleOf = ({ name, ext, login, pbxId, phone }: DiscoveredEmployee): string =>
  name ?? ext ?? login ?? pbxId ?? phone ?? '';
