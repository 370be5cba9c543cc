import { Button, Group, Modal, SimpleGrid, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from '../../i18n/use-translation';
import { useAddEmployees } from '../../api/people';
import { Failure } from '../../shell/failure';
import { Form } from '../../shell/form';
import { formProblems } from '../../shell/form-problems';

/** As labelled, and as sent. */
const fields = { employeeName: '0.name', ext: '0.ext', login: '0.login', phone: '0.phones', email: '0.email' } as const;
type Field = keyof typeof fields;
const labels = Object.keys(fields) as Field[];

export default function NewEmployeeDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const add = useAddEmployees();
  const [given, setGiven] = useState<Partial<Record<Field, string>>>({});
  const problems = formProblems(add.error, Object.values(fields));
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
      <Form onSubmit={submit}>
        {problems.elsewhere && <Failure error={problems.elsewhere} />}
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          {labels.map((field) => (
            <TextInput
              key={field}
              label={t(`mapping.${field}`)}
              value={given[field] ?? ''}
              error={problems.at(fields[field])}
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
      </Form>
    </Modal>
  );
}
