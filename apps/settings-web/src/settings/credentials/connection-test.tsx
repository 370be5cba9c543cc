import { Button, List, Popover, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useAccountPath } from '../../api/account';
import { send } from '../../api/http';
import { Failure } from '../../shell/failure';

/** Asks amoCRM now, through the writer, and says in words what works and what does not. */
interface TestOutcome {
  readonly ok: boolean;
  readonly checks: readonly { readonly code: string; readonly ok: boolean; readonly message: string }[];
}

export function ConnectionTest({ portalId }: { readonly portalId: string }) {
  const { t } = useTranslation();
  const path = useAccountPath();
  const client = useQueryClient();
  const [isOpen, { open, close }] = useDisclosure();
  const test = useMutation({
    mutationFn: async () => (await send<TestOutcome>(`${path}/portals/${portalId}/test`, { method: 'POST' })).body,
    onMutate: open,
    onSettled: () => client.invalidateQueries({ queryKey: [path, 'portals', portalId, 'crm'] }),
  });
  return (
    <Popover opened={isOpen && !test.isPending} onDismiss={close} width={380} withArrow shadow="md" position="bottom">
      <Popover.Target>
        <Button size="compact-sm" variant="light" loading={test.isPending} onClick={() => test.mutate()}>
          {t('credentials.test')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        {test.error && <Failure error={test.error} />}
        {test.data && (
          <List size="sm" spacing={4}>
            {test.data.checks.map(({ code, ok, message }) => (
              <List.Item key={code} icon={<Text c={ok ? 'teal' : 'red'}>{ok ? '✓' : '✗'}</Text>}>
                {message}
              </List.Item>
            ))}
          </List>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
