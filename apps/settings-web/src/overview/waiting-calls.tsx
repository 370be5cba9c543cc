import { Anchor, Stack, Text } from '@mantine/core';
import { Link } from 'wouter';
import type { AccountStatus } from '../api/operations';
import { dateAndTime } from '../i18n/dates';
import { useTranslation } from '../i18n/use-translation';

/** Calls that are not decided yet, and talks whose end never came; that nobody can tell is said, not passed over. */
export function WaitingCalls({ status }: { readonly status: AccountStatus }) {
  const { t } = useTranslation();
  const { waitingCalls, callsWithoutEnd } = status;
  return (
    <Stack gap={6}>
      {waitingCalls === null && (
        <Text size="sm" c="orange">
          {t('overview.waitingCallsUnknown')}
        </Text>
      )}
      {waitingCalls?.map(({ state, text, count, since }) => (
        <Text key={state} size="sm">
          {t('overview.waitingCalls', { text, count, when: dateAndTime(since) })}
        </Text>
      ))}
      {callsWithoutEnd !== null && (
        <Text size="sm" c="orange">
          {t('overview.withoutEnd', {
            text: callsWithoutEnd.text,
            advice: callsWithoutEnd.advice,
            count: callsWithoutEnd.count,
            when: dateAndTime(callsWithoutEnd.since),
          })}{' '}
          <Anchor component={Link} href={`/journal/${callsWithoutEnd.callIds[0] ?? ''}`} size="sm">
            {t('overview.withoutEndOpen')}
          </Anchor>
        </Text>
      )}
    </Stack>
  );
}
