import {
  Badge,
  Button,
  Card,
  Group,
  PasswordInput,
  SimpleGrid,
  Stack,
  Table,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from '../i18n/use-translation';
import { useAddUser, useDeleteUser, useEditUser, useUsers, type NewUser, type UserView } from '../api/access';
import { useSession } from '../api/session';
import { dateAndTime } from '../i18n/dates';
import { AsksTwice } from '../shell/asks-twice';
import { Failure } from '../shell/failure';
import { Form } from '../shell/form';
import { formProblems } from '../shell/form-problems';
import { RoleSelect } from './role-select';
import { Rows } from '../shell/rows';
import { Waiting } from '../shell/waiting';

export function UsersSection() {
  const { t } = useTranslation();
  const users = useUsers();
  const edit = useEditUser();
  const remove = useDeleteUser();
  const own = useSession().data?.userId;
  const failed = users.error ?? edit.error ?? remove.error;
  return (
    <Card component="section" withBorder padding="lg">
      <Stack>
        <Title order={3} size="h4">
          {t('access.users')}
        </Title>
        <Text size="sm" c="dimmed">
          {t('access.rolesLead')}
        </Text>
        {failed && <Failure error={failed} onRetry={() => void users.refetch()} />}
        {users.isPending && <Waiting />}
        {users.data && (
          <Rows minWidth={640}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('access.name')}</Table.Th>
                <Table.Th>{t('access.role')}</Table.Th>
                <Table.Th>{t('access.lastLogin')}</Table.Th>
                <Table.Th aria-label={t('common.edit')} />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {users.data.map((user) => (
                <UserRow
                  key={user.userId}
                  user={user}
                  isOwn={user.userId === own}
                  onEdit={(changed) => edit.mutate({ userId: user.userId, ...changed })}
                  onDelete={() => remove.mutate(user.userId)}
                />
              ))}
            </Table.Tbody>
          </Rows>
        )}
        <NewUserForm />
      </Stack>
    </Card>
  );
}

interface UserRowProps {
  readonly user: UserView;
  /** Oneself nobody can disable, delete, or take the rights of (the service refuses it too). */
  readonly isOwn: boolean;
  readonly onEdit: (changed: { role?: NewUser['role']; isDisabled?: boolean }) => void;
  readonly onDelete: () => void;
}

function UserRow({ user, isOwn, onEdit, onDelete }: UserRowProps) {
  const { t } = useTranslation();
  return (
    <Table.Tr>
      <Table.Td>
        <Group gap="xs">
          <Text size="sm">{user.name}</Text>
          {user.isDisabled && (
            <Badge color="gray" variant="light" tt="none">
              {t('access.disabled')}
            </Badge>
          )}
        </Group>
        <Text size="xs" c="dimmed">
          {user.login}
        </Text>
      </Table.Td>
      <Table.Td>
        {user.role === 'platform_admin' ? (
          t('access.roles.platform_admin')
        ) : (
          <RoleSelect
            size="xs"
            aria-label={`${t('access.role')}: ${user.name}`}
            value={user.role}
            disabled={isOwn}
            onChange={(role) => onEdit({ role })}
          />
        )}
      </Table.Td>
      <Table.Td data-label={t('access.lastLogin')}>
        <Text component="span" size="sm">
          {user.lastLoginAt === null ? t('access.never') : dateAndTime(user.lastLoginAt)}
        </Text>
      </Table.Td>
      <Table.Td>
        {isOwn ? (
          <Text size="xs" c="dimmed" ta="right">
            {t('access.oneself')}
          </Text>
        ) : (
          <Group gap={4} justify="flex-end" wrap="nowrap">
            {user.isDisabled ? (
              <Button size="compact-xs" variant="subtle" onClick={() => onEdit({ isDisabled: false })}>
                {t('access.enable')}
              </Button>
            ) : (
              <AsksTwice
                size="compact-xs"
                label={t('access.disable')}
                aria-label={`${t('access.disable')}: ${user.name}`}
                onSure={() => onEdit({ isDisabled: true })}
              />
            )}
            <AsksTwice
              size="compact-xs"
              label={t('common.delete')}
              aria-label={`${t('common.delete')}: ${user.name}`}
              onSure={onDelete}
            />
          </Group>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

const nobody: NewUser = { name: '', login: '', password: '', role: 'operator' };

function NewUserForm() {
  const { t } = useTranslation();
  const add = useAddUser();
  const [user, setUser] = useState(nobody);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    add.mutate(user, { onSuccess: () => setUser(nobody) });
  };
  const problems = formProblems(add.error, ['name', 'login', 'password']);
  return (
    <Form onSubmit={submit} gap="sm">
      <Text fw={600} size="sm">
        {t('access.newUser')}
      </Text>
      {problems.elsewhere && <Failure error={problems.elsewhere} />}
      <SimpleGrid cols={{ base: 1, sm: 2, md: 4 }}>
        <TextInput
          label={t('access.name')}
          required
          value={user.name}
          error={problems.at('name')}
          onChange={({ currentTarget: { value: name } }) => setUser({ ...user, name })}
        />
        <TextInput
          label={t('access.login')}
          required
          autoComplete="off"
          value={user.login}
          error={problems.at('login')}
          onChange={({ currentTarget: { value: login } }) => setUser({ ...user, login })}
        />
        <PasswordInput
          label={t('access.password')}
          required
          minLength={10}
          autoComplete="new-password"
          value={user.password}
          error={problems.at('password')}
          onChange={({ currentTarget: { value: password } }) => setUser({ ...user, password })}
        />
        <RoleSelect label={t('access.role')} value={user.role} onChange={(role) => setUser({ ...user, role })} />
      </SimpleGrid>
      <Group justify="flex-end">
        <Button type="submit" variant="light" loading={add.isPending}>
          {t('access.addUser')}
        </Button>
      </Group>
    </Form>
  );
}
