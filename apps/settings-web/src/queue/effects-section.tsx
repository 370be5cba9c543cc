import { Anchor, Button, Card, Group, SegmentedControl, Stack, Table, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from '../i18n/use-translation';
import { Link } from 'wouter';
import { useEffectAction, useEffects, type EffectView } from '../api/operations';
import { dateAndTime } from '../i18n/dates';
import { AsksTwice } from '../shell/asks-twice';
import { Failure } from '../shell/failure';
import { Rows } from '../shell/rows';
import { Waiting } from '../shell/waiting';

export function EffectsSection() {
  const { t } = useTranslation();
  const [state, setState] = useState('all');
  const effects = useEffects(state === 'all' ? null : state);
  const retry = useEffectAction('retry');
  const discard = useEffectAction('discard');
  const failed = effects.error ?? retry.error ?? discard.error;
  const items = effects.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Card withBorder padding="lg" component="section">
      <Stack>
        <Group justify="space-between">
          <Title order={3} size="h4">
            {t('queue.effects')}
          </Title>
          <SegmentedControl
            size="xs"
            value={state}
            onChange={setState}
            data={(['all', 'waiting', 'in_doubt', 'parked'] as const).map((value) => ({
              value,
              label: t(`queue.states.${value}`),
            }))}
          />
        </Group>
        {failed && <Failure error={failed} onRetry={() => void effects.refetch()} />}
        {effects.isPending && <Waiting />}
        {effects.data && items.length === 0 && <Text c="dimmed">{t('queue.empty')}</Text>}
        {items.length > 0 && (
          <Rows minWidth={720}>
            <Table.Tbody>
              {items.map((effect) => (
                <EffectRow
                  key={effect.effectId}
                  effect={effect}
                  onRetry={() => retry.mutate(effect.effectId)}
                  onDiscard={() => discard.mutate(effect.effectId)}
                />
              ))}
            </Table.Tbody>
          </Rows>
        )}
        {effects.hasNextPage && (
          <Button variant="default" onClick={() => void effects.fetchNextPage()}>
            {t('journal.more')}
          </Button>
        )}
      </Stack>
    </Card>
  );
}

interface EffectRowProps {
  readonly effect: EffectView;
  readonly onRetry: () => void;
  readonly onDiscard: () => void;
}

function EffectRow({ effect, onRetry, onDiscard }: EffectRowProps) {
  const { t } = useTranslation();
  return (
    <Table.Tr>
      <Table.Td>
        <Text size="sm">{effect.text}</Text>
        <Text size="xs" c="dimmed">
          {effect.nextTryAt === null
            ? t('queue.since', { when: dateAndTime(effect.createdAt) })
            : t('queue.nextTry', { when: dateAndTime(effect.nextTryAt) })}
        </Text>
      </Table.Td>
      <Table.Td>
        <Anchor component={Link} href={`/journal/${effect.callId}`} size="sm">
          {effect.phone ?? t('foresight.hidden')}
        </Anchor>
      </Table.Td>
      <Table.Td>
        <Group gap={4} justify="flex-end" wrap="nowrap">
          {effect.state === 'parked' && (
            <Button size="compact-xs" variant="light" onClick={onRetry}>
              {t('common.retry')}
            </Button>
          )}
          <AsksTwice size="compact-xs" label={t('queue.discard')} onSure={onDiscard} />
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
