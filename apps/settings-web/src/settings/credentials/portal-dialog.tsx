import { Button, Divider, Group, Modal, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiProblem } from '../../api/http';
import { portalTitle, useAuthorization, useDeletePortal, useSavePortal, type PortalView } from '../../api/portals';
import { Failure } from '../../shell/failure';

interface PortalDialogProps {
  /** Null: a new one. */
  readonly portal: PortalView | null;
  readonly onClose: () => void;
  readonly onSaved: (portal: PortalView) => void;
}

/** Name, address and token of one portal; save, cancel, or delete it as a whole. */
export default function PortalDialog({ portal, onClose, onSaved }: PortalDialogProps) {
  const { t } = useTranslation();
  const save = useSavePortal(portal);
  const authorization = useAuthorization();
  const [name, setName] = useState(portal?.name ?? '');
  const [url, setUrl] = useState(portal?.url ?? '');
  const [token, setToken] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    save.mutate(
      { name: name.trim() === '' ? null : name.trim(), url: url.trim(), token: token.trim() },
      {
        onSuccess: (saved) => {
          onSaved(saved);
          onClose();
        },
      },
    );
  };
  const problemAt = (path: string): string | undefined =>
    save.error instanceof ApiProblem ? save.error.errors.find((each) => each.path === path)?.message : undefined;
  const isAtAField = problemAt('url') ?? problemAt('name') ?? problemAt('longLivedToken');
  return (
    <Modal
      opened
      onClose={onClose}
      title={portal ? t('credentials.edit', { name: portalTitle(portal) }) : t('credentials.add')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Stack component="form" onSubmit={submit}>
        {save.error && isAtAField === undefined && <Failure error={save.error} />}
        <TextInput
          label={t('credentials.name')}
          description={t('credentials.nameHint')}
          value={name}
          error={problemAt('name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label={t('credentials.url')}
          description={portal?.hasCredentials ? t('credentials.urlFixed') : t('credentials.urlHint')}
          required
          disabled={portal?.hasCredentials ?? false}
          value={url}
          error={problemAt('url')}
          onChange={(event) => setUrl(event.currentTarget.value)}
        />
        <PasswordInput
          label={t('credentials.token')}
          description={portal?.hasCredentials ? t('credentials.tokenStored') : t('credentials.tokenHint')}
          autoComplete="off"
          value={token}
          error={problemAt('longLivedToken')}
          onChange={(event) => setToken(event.currentTarget.value)}
        />
        {portal && (
          <Group gap="sm">
            <Button
              variant="default"
              loading={authorization.isPending}
              onClick={() => authorization.mutate(portal.portalId)}
            >
              {t('credentials.connect')}
            </Button>
            <Text size="sm" c="dimmed">
              {t('credentials.connectHint')}
            </Text>
          </Group>
        )}
        {authorization.error && <Failure error={authorization.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" loading={save.isPending}>
            {t('common.save')}
          </Button>
        </Group>
      </Stack>
      {portal && <DeletePortal portal={portal} onDeleted={onClose} />}
    </Modal>
  );
}

/** The first press asks; a portal in use asks once more, because the integration is switched off with it. */
function DeletePortal({ portal, onDeleted }: { readonly portal: PortalView; readonly onDeleted: () => void }) {
  const { t } = useTranslation();
  const [isAsked, setAsked] = useState(false);
  const remove = useDeletePortal();
  const isInUse = remove.error instanceof ApiProblem && remove.error.code === 'portal_in_use';
  const confirm = (): void =>
    remove.mutate({ portalId: portal.portalId, deactivate: isInUse }, { onSuccess: onDeleted });
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
