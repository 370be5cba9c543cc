import { Button, Center, Group, Stack, Table, Text, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconDownload } from '@tabler/icons-react';
import { useTranslation } from '../i18n/use-translation';
import { useLocation, useSearchParams } from 'wouter';
import { isSearchField, useCalls, type CallSearch } from '../api/journal';
import { Failure } from '../shell/failure';
import { CallRow } from './call-row';
import { useExport } from './export';
import { RetentionSection } from './retention-section';
import { SearchFields } from './search-fields';
import { Rows } from '../shell/rows';
import { Waiting } from '../shell/waiting';

const pauseMs = 300;

/** Every call, newest first, with what became of it. */
export default function JournalPage() {
  const { t } = useTranslation();
  // In the address: it outlives a look at a call, and can be sent to a colleague.
  const [params, setParams] = useSearchParams();
  const search: CallSearch = Object.fromEntries([...params].filter(([field]) => isSearchField(field)));
  const setSearch = (wanted: CallSearch): void => setParams({ ...wanted }, { replace: true });
  const [asked] = useDebouncedValue(search, pauseMs);
  const calls = useCalls(asked);
  const [, go] = useLocation();
  const exported = useExport(asked);
  const lines = calls.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Stack maw={1180} mx="auto">
      <Group justify="space-between">
        <Title order={2}>{t('journal.title')}</Title>
        <Button
          variant="default"
          leftSection={<IconDownload size={16} />}
          loading={exported.isPending}
          disabled={lines.length === 0}
          onClick={() => exported.mutate()}
        >
          {t('journal.export')}
        </Button>
      </Group>
      {exported.error && <Failure error={exported.error} />}
      <SearchFields search={search} onChange={setSearch} />
      {calls.error && <Failure error={calls.error} onRetry={() => void calls.refetch()} />}
      {calls.isPending && (
        <Center>
          <Waiting />
        </Center>
      )}
      {calls.data && lines.length === 0 && (
        <Text c="dimmed">{t(Object.keys(asked).length > 0 ? 'common.nothingFound' : 'journal.empty')}</Text>
      )}
      {lines.length > 0 && (
        <Rows minWidth={760} highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('journal.when')}</Table.Th>
              <Table.Th>{t('journal.client')}</Table.Th>
              <Table.Th>{t('journal.employee')}</Table.Th>
              <Table.Th>{t('journal.outcome')}</Table.Th>
              <Table.Th>{t('journal.inCrm')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {lines.map((call) => (
              <CallRow key={call.callId} call={call} onOpen={() => go(`/journal/${call.callId}`)} />
            ))}
          </Table.Tbody>
        </Rows>
      )}
      {calls.hasNextPage && (
        <Button variant="default" loading={calls.isFetchingNextPage} onClick={() => void calls.fetchNextPage()}>
          {t('journal.more')}
        </Button>
      )}
      <RetentionSection />
    </Stack>
  );
}
