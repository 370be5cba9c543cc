import { Anchor, Badge, Group, Table, Text } from '@mantine/core';
import { IconPhoneIncoming, IconPhoneOutgoing } from '@tabler/icons-react';
import type { CallOutcome } from '@perezvon/contracts';
import { useTranslation } from '../i18n/use-translation';
import type { CallLine } from '../api/journal';
import { dateAndTime, duration } from '../i18n/dates';

interface CallRowProps {
  readonly call: CallLine;
  readonly onOpen: () => void;
}

export function CallRow({ call, onOpen }: CallRowProps) {
  const { t } = useTranslation();
  const Direction = call.direction === 'out' ? IconPhoneOutgoing : IconPhoneIncoming;
  return (
    <Table.Tr onClick={onOpen} style={{ cursor: 'pointer' }}>
      <Table.Td>
        {/* For the keyboard; its press is heard by the row. */}
        <Anchor component="button" type="button" size="sm">
          {dateAndTime(call.startedAt)}
        </Anchor>
      </Table.Td>
      <Table.Td>
        <Group gap={6} wrap="nowrap">
          <Direction size={16} aria-label={t(`foresight.directions.${call.direction === 'out' ? 'out' : 'in'}`)} />
          <Text size="sm">{call.phone ?? t('foresight.hidden')}</Text>
        </Group>
      </Table.Td>
      <Table.Td>
        <Text size="sm">{call.employee}</Text>
      </Table.Td>
      <Table.Td>
        <OutcomeBadge outcome={call.outcome} />
        {call.talkSec !== null && call.talkSec > 0 && (
          <Text component="span" size="xs" c="dimmed" ml={6}>
            {duration(call.talkSec)}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <InCrm call={call} />
      </Table.Td>
    </Table.Tr>
  );
}

const outcomeColours: Partial<Record<CallOutcome, string>> = { answered: 'teal', missed: 'red', not_reached: 'orange' };

export function OutcomeBadge({ outcome }: { readonly outcome: CallOutcome | null }) {
  const { t } = useTranslation();
  if (outcome === null) return null;
  return (
    <Badge variant="light" tt="none" color={outcomeColours[outcome] ?? 'gray'}>
      {t(`journal.outcomes.${outcome}`)}
    </Badge>
  );
}

const stateColours: Record<string, string> = { done: 'teal', waiting: 'yellow', parked: 'red' };

/** What stands in amoCRM because of the call; else where the call is. */
function InCrm({ call: { effects, state } }: { readonly call: CallLine }) {
  const { t } = useTranslation();
  const done = effects.filter((each) => each.state === 'done');
  const hasOpenEnds = state === 'waiting' || state === 'parked' || done.length === 0;
  return (
    <Group gap={6}>
      {done.map(({ effect }) => (
        <Badge key={effect} variant="outline" tt="none" color="gray">
          {t(`journal.effects.${effect}` as 'journal.effects.contact')}
        </Badge>
      ))}
      {hasOpenEnds && (
        <Badge variant="light" tt="none" color={stateColours[state] ?? 'gray'}>
          {t(`journal.states.${state}` as 'journal.states.done')}
        </Badge>
      )}
    </Group>
  );
}
