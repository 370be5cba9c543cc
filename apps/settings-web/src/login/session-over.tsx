import { Modal, Stack, Text } from '@mantine/core';
import { useTranslation } from '../i18n/use-translation';
import { LoginForm } from './login-form';

/** Over the room that was open: what was not saved there is still there after the login. */
export default function SessionOver() {
  const { t } = useTranslation();
  return (
    <Modal
      opened
      onClose={() => undefined}
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
      title={t('login.over')}
    >
      <Stack>
        <Text size="sm" c="dimmed">
          {t('login.overLead')}
        </Text>
        <LoginForm />
      </Stack>
    </Modal>
  );
}
