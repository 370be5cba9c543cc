import { Button, List, Stack, Text } from '@mantine/core';
import type { IntegrationSettings } from '@perezvon/contracts';
import { useState } from 'react';
import { useTranslation } from '../../i18n/use-translation';
import { useReplay } from '../../api/dry-run';
import { Failure } from '../../shell/failure';
import { Waiting } from '../../shell/waiting';
import { draftProblems } from './draft-problems';

const newest = 20;

/** Which of the newest real calls the draft would treat otherwise. */
export function RealCalls({ draft }: { readonly draft: IntegrationSettings }) {
  const { t } = useTranslation();
  const [isWanted, setWanted] = useState(false);
  const replay = useReplay(newest, draft, isWanted);
  if (!isWanted) {
    return (
      <Button size="compact-xs" variant="subtle" onClick={() => setWanted(true)}>
        {t('foresight.tryReal', { count: newest })}
      </Button>
    );
  }
  // The same draft is refused above for the described call, and said there.
  if (draftProblems(replay.error)) return null;
  if (replay.error) return <Failure error={replay.error} onRetry={() => void replay.refetch()} />;
  if (replay.data === undefined) return <Waiting size="xs" />;
  const different = replay.data.items.filter(({ differences }) => differences.length > 0);
  return (
    <Stack gap={4} aria-live="polite">
      <Text size="sm" fw={600}>
        {replay.data.items.length === 0
          ? t('foresight.noReal')
          : t('foresight.realDifferent', { different: different.length, of: replay.data.items.length })}
      </Text>
      <List size="xs">
        {different.map(({ call, differences }) => (
          <List.Item key={call.callId}>
            {call.phone ?? t('foresight.hidden')}: {differences.map(({ text }) => text).join('; ')}
          </List.Item>
        ))}
      </List>
    </Stack>
  );
}
