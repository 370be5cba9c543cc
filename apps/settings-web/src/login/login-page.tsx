import { Card, Center, Group, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from '../i18n/use-translation';
import { ColourSwitch } from '../shell/colour-switch';
import { LanguageSwitch } from '../shell/language-switch';
import { LoginForm } from './login-form';

export default function LoginPage() {
  const { t } = useTranslation();
  return (
    <Center component="main" mih="100vh" p="md">
      <Card withBorder shadow="sm" w={440} maw="100%" p="xl">
        <Stack>
          <Group justify="space-between">
            <Group gap="sm" wrap="nowrap">
              <img src="/favicon.svg" alt="" width={32} height={32} />
              <Title order={1} size="h3">
                {t('product')}
              </Title>
            </Group>
            <Group gap="xs" wrap="nowrap">
              <LanguageSwitch />
              <ColourSwitch />
            </Group>
          </Group>
          <Text c="dimmed" size="sm">
            {t('login.lead')}
          </Text>
          <LoginForm />
        </Stack>
      </Card>
    </Center>
  );
}
