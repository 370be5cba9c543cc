import { Button, Group, Modal, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from '../../i18n/use-translation';
import { useAddEmployees } from '../../api/people';
import { Failure } from '../../shell/failure';

const fields = ['employeeName', 'ext', 'login', 'phone', 'email'] as const;
type Field = (typeof fields)[number];

export default function NewEmployeeDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const add = useAddEmployees();
  const [given, setGiven] = useState<Partial<Record<Field, string>>>({});
  const textOf = (field: Field): string | null => given[field]?.trim() || null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const phone = textOf('phone');
    add.mutate(
      [
        {
          name: textOf('employeeName'),
          ext: textOf('ext'),
          login: textOf('login'),
          email: textOf('email'),
          phones: phone === null ? [] : [phone],
        },
      ],
      { onSuccess: onClose },
    );
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('mapping.addEmployee')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Stack component="form" onSubmit={submit}>
        {add.error && <Failure error={add.error} />}
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          {fields.map((field) => (
            <TextInput
              key={field}
              label={t(`mapping.${field}`)}
              value={given[field] ?? ''}
              onChange={(event) => setGiven({ ...given, [field]: event.currentTarget.value })}
            />
          ))}
        </SimpleGrid>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" loading={add.isPending}>
            {t('common.add')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
