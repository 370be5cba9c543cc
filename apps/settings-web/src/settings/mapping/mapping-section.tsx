import { Badge, Button, Group, Stack, Table, Text } from '@mantine/core';
import type { PbxEmployee } from '@perezvon/contracts';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '../../i18n/use-translation';
import {
  useDiscovered,
  useEmployees,
  useMapping,
  useMappingSuggestions,
  useSaveMapping,
  type MappingEntry,
  type MappingSuggestion,
} from '../../api/people';
import { ApiProblem, atItsField } from '../../api/http';
import type { CrmView } from '../../api/portals';
import { Rows } from '../../shell/rows';
import { Failure } from '../../shell/failure';
import { useLeaveGuard } from '../../shell/leave-guard';
import { UserSelect } from '../direction/user-select';
import { fieldId } from '../problems';
import { Discovered } from './discovered';

const NewEmployeeDialog = lazy(() => import('./new-employee-dialog'));

/** R14: PBX employee ↔ amoCRM user. It has a save button of its own: it is a document of its own. */
export function MappingSection({ crm }: { readonly crm: CrmView | undefined }) {
  const { t } = useTranslation();
  const employees = useEmployees();
  const mapping = useMapping();
  const suggestions = useMappingSuggestions();
  const discovered = useDiscovered();
  const save = useSaveMapping();
  const [changes, setChanges] = useState<ReadonlyMap<string, number | null>>(new Map());
  const [isAdding, setAdding] = useState(false);

  useLeaveGuard(changes.size > 0, t('settings.leave'));

  const error = employees.error ?? mapping.error;
  if (error)
    return <Failure error={error} onRetry={() => void Promise.all([employees.refetch(), mapping.refetch()])} />;
  const people = employees.data?.body ?? [];
  const stored = new Map(mapping.data?.body.map(({ employeeId, crmUserId }) => [employeeId, crmUserId]));
  const userOf = (employeeId: string): number | null =>
    changes.has(employeeId) ? (changes.get(employeeId) ?? null) : (stored.get(employeeId) ?? null);
  const choose = (chosen: readonly (readonly [string, number | null])[]): void => {
    setChanges(new Map([...changes, ...chosen]));
    save.reset();
  };
  const refused = refusedIn(save.error, save.variables?.mapping ?? []);
  const suggested = new Map(
    (suggestions.data ?? []).flatMap((each) => (userOf(each.employeeId) === null ? [[each.employeeId, each]] : [])),
  );
  const unmapped = people.filter(({ employeeId }) => userOf(employeeId) === null).length;
  const isAnybodyElse = (discovered.data ?? []).length > 0;
  const saveAll = (): void => {
    const entries = people.flatMap(({ employeeId }): MappingEntry[] => {
      const crmUserId = userOf(employeeId);
      return crmUserId === null ? [] : [{ employeeId, crmUserId }];
    });
    save.mutate({ mapping: entries, etag: mapping.data?.etag ?? null }, { onSuccess: () => setChanges(new Map()) });
  };
  return (
    <Stack id={fieldId('employees')} className="problem-target" tabIndex={-1}>
      <Text size="sm" c="dimmed">
        {t('mapping.lead')}
      </Text>
      {save.error && refused.size === 0 && <Failure error={save.error} />}
      <Discovered />
      <Group justify="space-between">
        {people.length > 0 && (unmapped > 0 || !isAnybodyElse) && (
          <Badge color={unmapped === 0 ? 'teal' : 'yellow'} variant="light" tt="none" size="lg">
            {unmapped > 0 ? t('mapping.unmapped', { count: unmapped }) : t('mapping.allMapped')}
          </Badge>
        )}
        <Group gap="xs">
          {suggested.size > 0 && (
            <Button
              size="xs"
              variant="light"
              onClick={() => choose([...suggested.values()].map((each) => [each.employeeId, each.crmUserId]))}
            >
              {t('mapping.acceptAll', { count: suggested.size })}
            </Button>
          )}
          <Button size="xs" variant="default" onClick={() => setAdding(true)}>
            {t('mapping.addEmployee')}
          </Button>
        </Group>
      </Group>
      {people.length === 0 ? (
        <Text size="sm">{t('mapping.none')}</Text>
      ) : (
        <Rows minWidth={480}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('mapping.employee')}</Table.Th>
              <Table.Th>{t('mapping.user')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {people.map((employee) => (
              <EmployeeRow
                key={employee.employeeId}
                employee={employee}
                users={crm?.users ?? []}
                userId={userOf(employee.employeeId)}
                suggestion={suggested.get(employee.employeeId)}
                problem={refused.get(employee.employeeId)}
                onChoose={(userId) => choose([[employee.employeeId, userId]])}
              />
            ))}
          </Table.Tbody>
        </Rows>
      )}
      {changes.size > 0 && (
        <Group justify="flex-end">
          <Button variant="default" onClick={() => setChanges(new Map())}>
            {t('settings.discard')}
          </Button>
          <Button loading={save.isPending} onClick={saveAll}>
            {t('mapping.save')}
          </Button>
        </Group>
      )}
      <Suspense>{isAdding && <NewEmployeeDialog onClose={() => setAdding(false)} />}</Suspense>
    </Stack>
  );
}

/** By employee: what the service refused of the lines that were sent. */
function refusedIn(error: Error | null, sent: readonly MappingEntry[]): ReadonlyMap<string, string> {
  const problems = error instanceof ApiProblem ? error.errors : [];
  return new Map(
    problems.flatMap((problem) => {
      const entry = sent[Number(problem.path.split('.')[0])];
      return entry === undefined ? [] : [[entry.employeeId, atItsField(problem)]];
    }),
  );
}

interface EmployeeRowProps {
  readonly employee: PbxEmployee;
  readonly users: CrmView['users'];
  readonly userId: number | null;
  readonly suggestion: MappingSuggestion | undefined;
  readonly problem: string | undefined;
  readonly onChoose: (userId: number | null) => void;
}

function EmployeeRow({ employee, users, userId, suggestion, problem, onChoose }: EmployeeRowProps) {
  const { t } = useTranslation();
  const title = employee.name ?? employee.login ?? employee.ext ?? employee.pbxId ?? employee.phones[0] ?? '';
  const details = [employee.ext, employee.login, ...employee.phones].filter((each) => each != null && each !== title);
  return (
    <Table.Tr>
      <Table.Td>
        <Text size="sm">{title}</Text>
        <Text size="xs" c="dimmed">
          {details.join(' · ')}
        </Text>
      </Table.Td>
      <Table.Td>
        <UserSelect
          aria-label={`${t('mapping.user')}: ${title}`}
          placeholder={t('mapping.nobody')}
          clearable
          users={users}
          value={userId}
          error={problem}
          onChange={onChoose}
        />
        {suggestion && (
          <Group gap="xs" pt={4}>
            <Text size="xs" c="dimmed">
              {users.find(({ id }) => id === suggestion.crmUserId)?.name}:{' '}
              {t('mapping.suggested', { by: t(`mapping.suggestedBy.${suggestion.by}`) })}
            </Text>
            <Button size="compact-xs" variant="light" onClick={() => onChoose(suggestion.crmUserId)}>
              {t('mapping.accept')}
            </Button>
          </Group>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
