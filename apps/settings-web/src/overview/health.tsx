import { Alert, Anchor, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleOff, IconInfoCircle } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from '../i18n/use-translation';
import { Link } from 'wouter';
import { useIntegrationProblems } from '../api/integration';
import type { AccountStatus } from '../api/operations';
import { dateAndTime } from '../i18n/dates';

const looks = {
  ok: { color: 'teal', Icon: IconCircleCheck },
  warning: { color: 'yellow', Icon: IconInfoCircle },
  error: { color: 'red', Icon: IconAlertTriangle },
  off: { color: 'gray', Icon: IconCircleOff },
} as const;

/** A token that ends within this is told of: a person has to make the next one. */
const soonMs = 30 * 24 * 60 * 60 * 1000;

export function Health({ status }: { readonly status: AccountStatus }) {
  const { t } = useTranslation();
  const problems = useIntegrationProblems();
  const { color, Icon } = looks[status.health.level];
  const chosen = status.portals.find(({ isChosen }) => isChosen);
  const expiresAt = chosen?.status?.tokenExpiresAt ?? null;
  const [openedAt] = useState(() => Date.now());
  const endsSoon = expiresAt !== null && Date.parse(expiresAt) - openedAt < soonMs;
  const known = (problems.data ?? []).filter(({ severity }) => status.isActive || severity !== 'blocks_activation');
  // One banner for all of them: there may be as many as there are employees.
  const unmapped = known.filter(({ code }) => code === 'employee_unmapped').length;
  const shown = known.filter(({ code }) => code !== 'employee_unmapped');
  return (
    <Stack gap="sm">
      <Alert color={color} icon={<Icon />} role="status">
        <Text fw={600}>{status.health.text}</Text>
        {[...(chosen?.conditions ?? []), ...status.parked].map(({ code, text, advice, since, until }) => (
          <Text key={`${code} ${text}`} size="sm" pt={4}>
            {/* What to do about parked operations stands in the sentence above. */}
            {t(code === 'parked' ? 'overview.parkedBecause' : 'overview.condition', {
              text,
              advice,
              since: dateAndTime(since),
            })}{' '}
            {until !== null && t('overview.nextTry', { when: dateAndTime(until) })}
          </Text>
        ))}
      </Alert>
      {endsSoon && (
        <Alert color="yellow" icon={<IconInfoCircle />}>
          <Group justify="space-between">
            <Text size="sm">{t('overview.tokenEnds', { when: dateAndTime(expiresAt) })}</Text>
            <Mend />
          </Group>
        </Alert>
      )}
      {unmapped > 0 && (
        <Alert color="yellow" icon={<IconInfoCircle />}>
          <Group justify="space-between">
            <Text size="sm">{t('mapping.unmapped', { count: unmapped })}</Text>
            <Mend />
          </Group>
        </Alert>
      )}
      {shown.map(({ path, message, severity }) => (
        <Alert
          key={`${path} ${message}`}
          color={severity === 'warning' ? 'yellow' : 'orange'}
          icon={<IconInfoCircle />}
        >
          <Group justify="space-between">
            <Text size="sm">{message}</Text>
            <Mend />
          </Group>
        </Alert>
      ))}
    </Stack>
  );
}

function Mend() {
  const { t } = useTranslation();
  return (
    <Anchor component={Link} href="/settings" size="sm">
      {t('overview.mend')}
    </Anchor>
  );
}
