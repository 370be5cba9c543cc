import { Anchor, Button, Card, Group, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from '../i18n/use-translation';
import { useAddApiKey, useApiKeys, useDeleteApiKey, type AccountRole } from '../api/access';
import { dateAndTime } from '../i18n/dates';
import { AsksTwice } from '../shell/asks-twice';
import { Failure } from '../shell/failure';
import { formProblems } from '../shell/form-problems';
import { ShownOnce } from '../shell/shown-once';
import { RoleSelect } from './role-select';
import { Rows } from '../shell/rows';
import { Waiting } from '../shell/waiting';

export function KeysSection() {
  const { t } = useTranslation();
  const keys = useApiKeys();
  const add = useAddApiKey();
  const remove = useDeleteApiKey();
  const [name, setName] = useState('');
  const [role, setRole] = useState<AccountRole>('operator');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    add.mutate({ name, role }, { onSuccess: () => setName('') });
  };
  const problems = formProblems(add.error, ['name']);
  const failed = keys.error ?? problems.elsewhere ?? remove.error;
  return (
    <Card component="section" withBorder padding="lg">
      <Stack>
        <Title order={3} size="h4">
          {t('access.keys')}
        </Title>
        <Text size="sm" c="dimmed">
          {t('access.keysLead')}{' '}
          <Anchor href="/api/docs" target="_blank" size="sm" underline="always">
            {t('access.apiDocs')}
          </Anchor>
        </Text>
        {failed && <Failure error={failed} onRetry={() => void keys.refetch()} />}
        {add.data && <ShownOnce label={t('access.key')} text={add.data} />}
        {keys.isPending && <Waiting />}
        {keys.data && keys.data.length > 0 && (
          <Rows minWidth={560}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('access.keyName')}</Table.Th>
                <Table.Th>{t('access.role')}</Table.Th>
                <Table.Th>{t('access.lastUsed')}</Table.Th>
                <Table.Th aria-label={t('common.delete')} />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {keys.data.map((key) => (
                <Table.Tr key={key.keyId}>
                  <Table.Td>{key.name}</Table.Td>
                  <Table.Td>{t(`access.roles.${key.role}`)}</Table.Td>
                  <Table.Td data-label={t('access.lastUsed')}>
                    {key.lastUsedAt === null ? t('access.never') : dateAndTime(key.lastUsedAt)}
                  </Table.Td>
                  <Table.Td ta="right">
                    <AsksTwice
                      size="compact-xs"
                      label={t('common.delete')}
                      aria-label={`${t('common.delete')}: ${key.name}`}
                      onSure={() => remove.mutate(key.keyId)}
                    />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Rows>
        )}
        <form noValidate onSubmit={submit}>
          <Group align="flex-end" gap="sm">
            <TextInput
              style={{ flex: '1 1 220px' }}
              label={t('access.keyName')}
              required
              value={name}
              error={problems.at('name')}
              onChange={({ currentTarget: { value } }) => setName(value)}
            />
            <RoleSelect label={t('access.role')} value={role} onChange={setRole} />
            <Button type="submit" variant="light" loading={add.isPending}>
              {t('access.addKey')}
            </Button>
          </Group>
        </form>
      </Stack>
    </Card>
  );
}
