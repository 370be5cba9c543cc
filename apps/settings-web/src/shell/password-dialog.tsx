import { Alert, Button, Group, Modal, PasswordInput } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';
import { useTranslation } from '../i18n/use-translation';
import { useOwnPassword } from '../api/session';
import { Failure } from './failure';
import { Form } from './form';
import { formProblems } from './form-problems';

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
  const problems = formProblems(change.error, ['currentPassword', 'newPassword']);
  return (
    <Modal opened onClose={onClose} title={t('shell.password')} closeButtonProps={{ 'aria-label': t('common.close') }}>
      {change.isSuccess ? (
        <Alert color="teal" icon={<IconCheck />} role="status">
          {t('shell.passwordChanged')}
        </Alert>
      ) : (
        <Form onSubmit={submit}>
          {problems.elsewhere && <Failure error={problems.elsewhere} />}
          <PasswordInput
            label={t('shell.currentPassword')}
            autoComplete="current-password"
            required
            data-autofocus
            value={current}
            error={problems.at('currentPassword')}
            onChange={(event) => setCurrent(event.currentTarget.value)}
          />
          <PasswordInput
            label={t('shell.newPassword')}
            autoComplete="new-password"
            required
            value={next}
            error={problems.at('newPassword')}
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
        </Form>
      )}
    </Modal>
  );
}
