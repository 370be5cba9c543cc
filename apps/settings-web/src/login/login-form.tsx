import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from '../i18n/use-translation';
import { useLogin } from '../api/session';
import { Failure } from '../shell/failure';
import { Form } from '../shell/form';
import { formProblems } from '../shell/form-problems';

/** Who one is; the session that follows is for the whole page to notice. */
export function LoginForm() {
  const { t } = useTranslation();
  const login = useLogin();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const problems = formProblems(login.error, ['login', 'password']);
  const enter = (event: FormEvent): void => {
    event.preventDefault();
    login.mutate({ login: name, password });
  };
  return (
    <Form onSubmit={enter}>
      {problems.elsewhere && <Failure error={problems.elsewhere} />}
      <TextInput
        label={t('login.login')}
        name="login"
        autoComplete="username"
        required
        autoFocus
        value={name}
        error={problems.at('login')}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <PasswordInput
        label={t('login.password')}
        name="password"
        autoComplete="current-password"
        required
        value={password}
        error={problems.at('password')}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <Button type="submit" loading={login.isPending}>
        {t('login.enter')}
      </Button>
    </Form>
  );
}
