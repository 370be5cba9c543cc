import { Alert, Button, Divider, Group, Modal, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from '../../i18n/use-translation';
import { ApiProblem } from '../../api/http';
import { portalTitle, useDeletePortal, useSavePortal, type AddressOf, type PortalView } from '../../api/portals';
import { Failure } from '../../shell/failure';
import { Form } from '../../shell/form';
import { formProblems } from '../../shell/form-problems';
import { AddressOfChoice } from './address-of';
import { ConnectButton } from './connect-button';

interface PortalDialogProps {
  /** Null: a new one. */
  readonly portal: PortalView | null;
  readonly onClose: () => void;
  readonly onSaved: (portal: PortalView) => void;
  /** The service changed the settings with it: the portal moved to another account, or was deleted while in use. */
  readonly onSettingsChanged: () => void;
}

/** Name, address and token of one portal; save, cancel, or delete it as a whole. */
export default function PortalDialog({ portal, onClose, onSaved, onSettingsChanged }: PortalDialogProps) {
  const { t } = useTranslation();
  const save = useSavePortal(portal);
  const [name, setName] = useState(portal?.name ?? '');
  const [url, setUrl] = useState(portal?.url ?? '');
  const [token, setToken] = useState('');
  const [account, setAccount] = useState<AddressOf | null>(null);
  const isMoving = portal !== null && portal.hasCredentials && url.trim() !== portal.url;
  const waits = save.error instanceof ApiProblem && save.error.code === 'operations_wait' ? save.error.body : null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    save.mutate(
      {
        name: name.trim() === '' ? null : name.trim(),
        url: url.trim(),
        token: token.trim(),
        account: isMoving ? account : null,
        parkWaiting: waits !== null,
      },
      {
        onSuccess: (saved) => {
          if (portal !== null && saved.portalId !== portal.portalId) onSettingsChanged();
          else onSaved(saved);
          onClose();
        },
      },
    );
  };
  const problems = formProblems(save.error, ['url', 'name', 'longLivedToken']);
  return (
    <Modal
      opened
      onClose={onClose}
      title={portal ? t('credentials.edit', { name: portalTitle(portal) }) : t('credentials.add')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Form onSubmit={submit}>
        {waits && <Waits count={waits['waiting']} />}
        {problems.elsewhere && waits === null && !isWhoseUnsaid(save.error) && <Failure error={problems.elsewhere} />}
        <TextInput
          label={t('credentials.name')}
          description={t('credentials.nameHint')}
          value={name}
          error={problems.at('name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label={t('credentials.url')}
          description={t('credentials.urlHint')}
          required
          value={url}
          error={problems.at('url')}
          onChange={(event) => setUrl(event.currentTarget.value)}
        />
        {isMoving && (
          <AddressOfChoice
            value={account}
            error={isWhoseUnsaid(save.error) && account === null ? t('credentials.chooseAccount') : undefined}
            onChange={(chosen) => {
              setAccount(chosen);
              save.reset();
            }}
          />
        )}
        <PasswordInput
          label={t('credentials.token')}
          description={
            portal?.hasCredentials && account !== 'another'
              ? t('credentials.tokenStored')
              : `${t('credentials.tokenHint')} ${portal === null ? t('credentials.tokenLater') : ''}`
          }
          required={isMoving && account === 'another'}
          autoComplete="off"
          value={token}
          error={problems.at('longLivedToken')}
          onChange={(event) => setToken(event.currentTarget.value)}
        />
        {portal && !isMoving && <ConnectButton portalId={portal.portalId} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" loading={save.isPending} {...(waits && { color: 'red' })}>
            {t(waits ? 'credentials.park' : 'common.save')}
          </Button>
        </Group>
      </Form>
      {portal && (
        <DeletePortal
          portal={portal}
          onDeleted={(wasInUse) => {
            if (wasInUse) onSettingsChanged();
            onClose();
          }}
        />
      )}
    </Modal>
  );
}

/** What is owed to the old account; unknown while the service that knows is away. */
function Waits({ count }: { readonly count: unknown }) {
  const { t } = useTranslation();
  return (
    <Alert color="orange" role="alert">
      {typeof count === 'number' ? t('credentials.waits', { count }) : t('credentials.waitsUnknown')}
    </Alert>
  );
}

const isWhoseUnsaid = (error: Error | null): boolean =>
  error instanceof ApiProblem && error.code === 'portal_address_change';

/** The first press asks; a portal in use asks once more, because the integration is switched off with it. */
function DeletePortal({
  portal,
  onDeleted,
}: {
  readonly portal: PortalView;
  readonly onDeleted: (wasInUse: boolean) => void;
}) {
  const { t } = useTranslation();
  const [isAsked, setAsked] = useState(false);
  const remove = useDeletePortal();
  const isInUse = remove.error instanceof ApiProblem && remove.error.code === 'portal_in_use';
  const confirm = (): void =>
    remove.mutate({ portalId: portal.portalId, deactivate: isInUse }, { onSuccess: () => onDeleted(isInUse) });
  return (
    <Stack pt="md">
      <Divider />
      {remove.error && !isInUse && <Failure error={remove.error} />}
      <Group justify="space-between">
        <Text size="sm" c="dimmed" maw={380}>
          {isInUse ? t('credentials.deleteInUseText') : isAsked ? t('credentials.deleteText') : ''}
        </Text>
        <Button
          variant={isAsked ? 'filled' : 'subtle'}
          color="red"
          loading={remove.isPending}
          onClick={isAsked ? confirm : () => setAsked(true)}
        >
          {isInUse
            ? t('credentials.deleteInUse')
            : isAsked
              ? t('credentials.deleteAsk', { name: portalTitle(portal) })
              : t('common.delete')}
        </Button>
      </Group>
    </Stack>
  );
}
