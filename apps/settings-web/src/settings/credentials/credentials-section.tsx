import { ActionIcon, Alert, Box, Button, Combobox, Group, InputBase, Stack, Text, useCombobox } from '@mantine/core';
import { IconPlugConnectedX, IconPlus, IconSettings } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '../../i18n/use-translation';
import { portalTitle, usePortals, type CrmView, type PortalView } from '../../api/portals';
import { dateAndTime } from '../../i18n/dates';
import { Failure } from '../../shell/failure';
import { fieldId, useProblemAt } from '../problems';
import { FieldLabel } from '../toggle';
import { ConnectButton } from './connect-button';
import { ConnectionTest } from './connection-test';

const PortalDialog = lazy(() => import('./portal-dialog'));

interface CredentialsProps {
  readonly portalId: string | null;
  readonly crm: CrmView | undefined;
  readonly onChoose: (portalId: string) => void;
  readonly onSettingsChanged: () => void;
}

/** «Учетные данные»: which portal the calls go to; the gear opens one, the button adds one. */
export function CredentialsSection({ portalId, crm, onChoose, onSettingsChanged }: CredentialsProps) {
  const { t } = useTranslation();
  const portals = usePortals();
  const problem = useProblemAt('portalId');
  const [open, setOpen] = useState<{ readonly portal: PortalView | null } | null>(null);
  const choice = useCombobox({ onDropdownClose: () => choice.resetSelectedOption() });
  const chosen = portals.data?.find((portal) => portal.portalId === portalId);
  const edit = (portal: PortalView | null): void => {
    choice.closeDropdown();
    setOpen({ portal });
  };
  return (
    <Stack>
      {portals.error && <Failure error={portals.error} onRetry={() => void portals.refetch()} />}
      <Group align="flex-end" gap="sm">
        <Combobox
          store={choice}
          onOptionSubmit={(id) => {
            onChoose(id);
            choice.closeDropdown();
          }}
        >
          <Combobox.Target>
            <InputBase
              id={fieldId('portalId')}
              component="button"
              type="button"
              pointer
              style={{ flex: '1 1 280px' }}
              label={<FieldLabel label={t('credentials.choose')} hint={t('credentials.chooseHint')} />}
              rightSection={<Combobox.Chevron />}
              rightSectionPointerEvents="none"
              error={problem}
              onClick={() => choice.toggleDropdown()}
            >
              {chosen ? portalTitle(chosen) : <Text c="dimmed">{t('credentials.placeholder')}</Text>}
            </InputBase>
          </Combobox.Target>
          <Combobox.Dropdown>
            <Combobox.Options aria-label={t('credentials.list')}>
              {portals.data?.map((portal) => (
                <Combobox.Option key={portal.portalId} value={portal.portalId} active={portal.portalId === portalId}>
                  <Group justify="space-between" wrap="nowrap">
                    <div>
                      <Text size="sm">{portalTitle(portal)}</Text>
                      <Text size="xs" c="dimmed">
                        {portal.url}
                      </Text>
                    </div>
                    {/* For the pointer alone: nothing in an option can be focused. The keyboard has the gear beside the list. */}
                    <Box
                      aria-hidden
                      title={t('credentials.edit', { name: portalTitle(portal) })}
                      onClick={(event) => {
                        event.stopPropagation();
                        edit(portal);
                      }}
                    >
                      <IconSettings size={18} />
                    </Box>
                  </Group>
                </Combobox.Option>
              ))}
              {portals.data?.length === 0 && <Combobox.Empty>{t('credentials.none')}</Combobox.Empty>}
            </Combobox.Options>
          </Combobox.Dropdown>
        </Combobox>
        {chosen && (
          <ActionIcon
            variant="default"
            size={36}
            aria-label={t('credentials.edit', { name: portalTitle(chosen) })}
            onClick={() => edit(chosen)}
          >
            <IconSettings size={18} />
          </ActionIcon>
        )}
        <Button variant="light" leftSection={<IconPlus size={16} />} onClick={() => edit(null)}>
          {t('credentials.add')}
        </Button>
      </Group>
      {chosen && <PortalState portal={chosen} crm={crm} />}
      <Suspense>
        {open && (
          <PortalDialog
            portal={open.portal}
            onClose={() => setOpen(null)}
            onSettingsChanged={onSettingsChanged}
            onSaved={(saved) => {
              if (portalId === null || open.portal === null) onChoose(saved.portalId);
            }}
          />
        )}
      </Suspense>
    </Stack>
  );
}

/** In one sentence: does it work, and if not, what to do (R11). */
function PortalState({ portal, crm }: { readonly portal: PortalView; readonly crm: CrmView | undefined }) {
  const { t } = useTranslation();
  if (!portal.hasCredentials) return <Unconnected portal={portal} />;
  const reason = crm?.stop?.reason;
  return (
    <Stack gap="xs">
      {/* There is a token: of its absence amocrm-writer told before it looked again. */}
      {reason && reason !== 'no_credentials' && <Stopped words={t(`credentials.stop.${reason}`)} />}
      <Group gap="md">
        <Text size="sm" c="dimmed">
          {crm?.readAt == null
            ? t('credentials.neverRead')
            : t('credentials.lastRead', { when: dateAndTime(crm.readAt) })}
        </Text>
        <ConnectionTest portalId={portal.portalId} />
      </Group>
    </Stack>
  );
}

/** Without a token nothing works: one press leads to amoCRM, whose administrator allows it there. */
function Unconnected({ portal }: { readonly portal: PortalView }) {
  const { t } = useTranslation();
  return (
    <Stack gap="xs">
      <Stopped words={t('credentials.tokenMissing')} />
      <ConnectButton portalId={portal.portalId} />
    </Stack>
  );
}

function Stopped({ words }: { readonly words: string }) {
  return (
    <Alert color="red" icon={<IconPlugConnectedX />}>
      {words}
    </Alert>
  );
}
