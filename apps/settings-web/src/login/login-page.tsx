import { Button, Card, Center, Group, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from '../i18n/use-translation';
import { useLogin } from '../api/session';
import { ColourSwitch } from '../shell/colour-switch';
import { LanguageSwitch } from '../shell/language-switch';
import { Failure } from '../shell/failure';

export default function LoginPage() {
  const { t } = useTranslation();
  const login = useLogin();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const enter = (event: FormEvent): void => {
    event.preventDefault();
    login.mutate({ login: name, password });
  };
  return (
    <Center component="main" mih="100vh" p="md">
      <Card component="form" onSubmit={enter} withBorder shadow="sm" w={400} maw="100%" p="xl">
        <Stack>
          <Group justify="space-between" wrap="nowrap">
            <Group gap="sm">
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
          {login.error && <Failure error={login.error} />}
          <TextInput
            label={t('login.login')}
            name="login"
            autoComplete="username"
            required
            autoFocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <PasswordInput
            label={t('login.password')}
            name="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <Button type="submit" loading={login.isPending}>
            {t('login.enter')}
          </Button>
        </Stack>
      </Card>
    </Center>
  );
}
