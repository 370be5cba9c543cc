import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useTranslation } from '../i18n/use-translation';
import { sourceKinds, useAddSource, useSources } from '../api/sources';
import { Failure } from '../shell/failure';
import { ReadOnlyForViewers } from '../shell/read-only';
import { SourceCard } from './source-card';
import { Waiting } from '../shell/waiting';

/** Where the account's calls come from, each with what to paste into the cabinet of its PBX. */
export default function SourcesPage() {
  const { t } = useTranslation();
  const sources = useSources();
  const add = useAddSource();
  const failed = sources.error ?? add.error;
  return (
    <Stack maw={1180} mx="auto" gap="lg">
      <Title order={2}>{t('sources.title')}</Title>
      <Text c="dimmed" size="sm">
        {t('sources.lead')}
      </Text>
      {failed && <Failure error={failed} onRetry={() => void sources.refetch()} />}
      <ReadOnlyForViewers>
        <Group gap="sm">
          {sourceKinds.map((kind) => (
            <Button
              key={kind}
              variant="light"
              leftSection={<IconPlus size={16} />}
              loading={add.isPending && add.variables === kind}
              onClick={() => add.mutate(kind)}
            >
              {t(`sources.kinds.${kind}`)}
            </Button>
          ))}
        </Group>
        {sources.isPending && <Waiting />}
        {sources.data?.length === 0 && <Text size="sm">{t('sources.none')}</Text>}
        {[...(sources.data ?? [])].reverse().map((source) => (
          <SourceCard
            key={source.sourceId}
            source={source}
            freshSecret={add.data?.sourceId === source.sourceId ? add.data.secret : null}
          />
        ))}
      </ReadOnlyForViewers>
    </Stack>
  );
}
