import { Button, Card, Group, List, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from '../i18n/use-translation';
import { useAudit, useRestore, type AuditLine } from '../api/audit';
import { useSession } from '../api/session';
import { dateAndTime } from '../i18n/dates';
import { AsksTwice } from '../shell/asks-twice';
import { Failure } from '../shell/failure';
import { Waiting } from '../shell/waiting';

/** Who changed what, newest first; any earlier state of the settings can be put back. */
export default function HistoryPage() {
  const { t } = useTranslation();
  const audit = useAudit();
  const restore = useRestore();
  const mayChange = useSession().data?.role !== 'viewer';
  const failed = audit.error ?? restore.error;
  const lines = audit.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Stack maw={1180} mx="auto">
      <Title order={2}>{t('shell.history')}</Title>
      {failed && <Failure error={failed} onRetry={() => void audit.refetch()} />}
      {audit.isPending && <Waiting />}
      {audit.data && lines.length === 0 && <Text c="dimmed">{t('history.empty')}</Text>}
      {lines.map((line) => (
        <Change
          key={line.revision}
          line={line}
          onRestore={mayChange && line.canBeRestored ? () => restore.mutate(line.revision) : null}
        />
      ))}
      {audit.hasNextPage && (
        <Button variant="default" loading={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>
          {t('journal.more')}
        </Button>
      )}
    </Stack>
  );
}

/** The first save of all settings has forty lines, and hides the changes before it. */
const FOLDED_FROM = 8;

interface ChangeProps {
  readonly line: AuditLine;
  /** Null: it cannot be put back, or not by this person. */
  readonly onRestore: (() => void) | null;
}

function Change({ line: { at, actor, text, differences, differencesUntold }, onRestore }: ChangeProps) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(differences.length <= FOLDED_FROM);
  const shown = isOpen ? differences : differences.slice(0, FOLDED_FROM);
  return (
    <Card withBorder padding="md">
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div style={{ minWidth: 0, overflowWrap: 'anywhere' }}>
          <Text fw={600} size="sm">
            {text}
          </Text>
          <Text size="xs" c="dimmed">
            {dateAndTime(at)} · {actor.kind === 'platform_key' ? t('history.setUp') : actor.name}
          </Text>
        </div>
        {onRestore && <AsksTwice size="compact-xs" flex="none" label={t('history.restore')} onSure={onRestore} />}
      </Group>
      {differences.length > 0 && (
        <List size="sm" pt="xs" style={{ overflowWrap: 'anywhere' }}>
          {shown.map((difference) => (
            <List.Item key={difference.text}>{difference.text}</List.Item>
          ))}
          {isOpen && differencesUntold > 0 && (
            <List.Item>{t('history.untold', { count: differencesUntold })}</List.Item>
          )}
        </List>
      )}
      {!isOpen && (
        <Group>
          <Button size="compact-xs" variant="subtle" onClick={() => setOpen(true)}>
            {t('history.all', { count: differences.length + differencesUntold })}
          </Button>
        </Group>
      )}
    </Card>
  );
}
