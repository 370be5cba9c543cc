import { Alert, Button, Group, Modal, PasswordInput, Stack } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';
import { useTranslation } from '../i18n/use-translation';
import { ApiProblem } from '../api/http';
import { useOwnPassword } from '../api/session';
import { Failure } from './failure';

/** A person's own password: the present one is asked for, and the other sessions end. */
export default function PasswordDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const change = useOwnPassword();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    change.mutate({ currentPassword: current, newPassword: next });
  };
  const problemAt = (path: string): string | undefined =>
    change.error instanceof ApiProblem ? change.error.errors.find((each) => each.path === path)?.message : undefined;
  const isAtAField = problemAt('currentPassword') ?? problemAt('newPassword');
  return (
    <Modal opened onClose={onClose} title={t('shell.password')} closeButtonProps={{ 'aria-label': t('common.close') }}>
      {change.isSuccess ? (
        <Alert color="teal" icon={<IconCheck />} role="status">
          {t('shell.passwordChanged')}
        </Alert>
      ) : (
        <Stack component="form" onSubmit={submit}>
          {change.error && isAtAField === undefined && <Failure error={change.error} />}
          <PasswordInput
            label={t('shell.currentPassword')}
            autoComplete="current-password"
            required
            data-autofocus
            value={current}
            error={problemAt('currentPassword')}
            onChange={(event) => setCurrent(event.currentTarget.value)}
          />
          <PasswordInput
            label={t('shell.newPassword')}
            autoComplete="new-password"
            required
            value={next}
            error={problemAt('newPassword')}
            onChange={(event) => setNext(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={change.isPending}>
              {t('common.save')}
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
