import { Button, List, Popover, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from '../../i18n/use-translation';
import { useAccountPath } from '../../api/account';
import { send } from '../../api/http';
import { Failure } from '../../shell/failure';

const marks = {
  ok: { sign: '✓', color: 'teal' },
  warning: { sign: '!', color: 'orange' },
  failed: { sign: '✗', color: 'red' },
} as const;

interface TestOutcome {
  readonly ok: boolean;
  /** The result in one sentence. */
  readonly text: string;
  readonly checks: readonly {
    readonly code: string;
    readonly outcome: 'ok' | 'warning' | 'failed';
    readonly text: string;
    readonly advice: string | null;
  }[];
}

/** Asks amoCRM now, through the writer, and says in words what works and what does not. */
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
          <Stack gap="xs">
            <Text size="sm" fw={600}>
              {test.data.text}
            </Text>
            <List size="sm" spacing={4}>
              {test.data.checks.map(({ code, outcome, text, advice }) => (
                <List.Item key={code} icon={<Text c={marks[outcome].color}>{marks[outcome].sign}</Text>}>
                  {text}
                  {advice !== null && (
                    <Text size="xs" c="dimmed">
                      {advice}
                    </Text>
                  )}
                </List.Item>
              ))}
            </List>
          </Stack>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
