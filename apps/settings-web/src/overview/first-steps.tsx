import { Anchor, Card, Group, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import type { IntegrationSettings } from '@perezvon/contracts';
import { useTranslation } from '../i18n/use-translation';
import { Link } from 'wouter';
import { useIntegration } from '../api/integration';
import type { AccountStatus } from '../api/operations';
import { useHasWritten } from '../api/journal';
import { useMapping } from '../api/people';

/** From nothing to the first call in amoCRM. It is gone once everything is done. */
export function FirstSteps({ status }: { readonly status: AccountStatus }) {
  const { t } = useTranslation();
  const settings = useIntegration().data?.body;
  const mapping = useMapping().data?.body;
  const hasWritten = useHasWritten().data;
  if (settings === undefined || mapping === undefined || hasWritten === undefined) return null;
  const hasHeard = (status.activity?.lastEvents.length ?? 0) > 0;
  const steps = [
    {
      name: 'connect',
      href: '/settings#credentials',
      isDone: status.portals.some((portal) => portal.hasCredentials),
    },
    {
      name: 'responsible',
      href: '/settings#field-incoming-defaultResponsibleUserId',
      isDone: hasResponsibles(settings),
    },
    { name: 'cells', href: '/settings#incoming', isDone: hasCells(settings) },
    { name: 'mapping', href: '/settings#mapping', isDone: mapping.length > 0 },
    { name: 'telephony', href: '/sources', isDone: hasHeard },
    { name: 'activate', href: '/settings#other', isDone: settings.active },
    // What a call would do by the saved settings, before the first one does it.
    { name: 'call', href: '/settings#foresight', isDone: settings.active && hasWritten },
  ] as const;
  if (steps.every(({ isDone }) => isDone)) return null;
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="first-steps">
      <Stack gap="sm">
        <Title order={3} size="h4" id="first-steps">
          {t('steps.title')}
        </Title>
        {steps.map(({ name, href, isDone }, index) => (
          <Group key={name} gap="sm" wrap="nowrap">
            <ThemeIcon radius="xl" size="md" variant={isDone ? 'filled' : 'default'} color="teal">
              {isDone ? <IconCheck size={16} aria-label={t('steps.done')} /> : <Text size="xs">{index + 1}</Text>}
            </ThemeIcon>
            <div>
              {isDone ? (
                <Text size="sm" c="dimmed">
                  {t(`steps.${name}.title`)}
                </Text>
              ) : (
                <Anchor component={Link} href={href} size="sm" fw={600}>
                  {t(`steps.${name}.title`)}
                </Anchor>
              )}
              {!isDone && (
                <Text size="xs" c="dimmed">
                  {t(`steps.${name}.how`)}{' '}
                  {name === 'call' && (
                    <Anchor component={Link} href="/journal" size="xs" underline="always">
                      {t('steps.call.journal')}
                    </Anchor>
                  )}
                </Text>
              )}
            </div>
          </Group>
        ))}
      </Stack>
    </Card>
  );
}

const hasResponsibles = ({ incoming, outgoing }: IntegrationSettings): boolean =>
  incoming.defaultResponsibleUserId !== null && outgoing.defaultResponsibleUserId !== null;

const hasCells = ({ incoming, outgoing }: IntegrationSettings): boolean =>
  [incoming, outgoing].some(({ cells }) => Object.values(cells).some(({ enabled }) => enabled));
