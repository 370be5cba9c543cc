import { Stack, Title } from '@mantine/core';
import { useTranslation } from '../i18n/use-translation';
import { KeysSection } from './keys-section';
import { UsersSection } from './users-section';

/** Who may do what: people who log in, and keys of programs. */
export default function AccessPage() {
  const { t } = useTranslation();
  return (
    <Stack maw={1180} mx="auto" gap="lg">
      <Title order={2}>{t('shell.people')}</Title>
      <UsersSection />
      <KeysSection />
    </Stack>
  );
}
