import { Card, Center, Select, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useTranslation } from '../i18n/use-translation';
import { AccountContext } from '../api/account';
import { get } from '../api/http';
import { Failure } from './failure';

interface Account {
  readonly accountId: string;
  readonly name: string;
}

/** A platform admin belongs to no account: which one is on the page is his choice, until he leaves it. */
export function AccountChoice({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation();
  const [accountId, setAccountId] = useState<string | null>(null);
  const accounts = useQuery({
    queryKey: ['accounts'],
    queryFn: async ({ signal }) => (await get<{ items: Account[] }>('/accounts', signal)).items,
  });
  if (accountId !== null) return <AccountContext value={accountId}>{children}</AccountContext>;
  return (
    <Center component="main" mih="100vh" p="md">
      <Card withBorder shadow="sm" w={400} maw="100%" p="xl">
        <Stack>
          <Title order={1} size="h3">
            {t('product')}
          </Title>
          {accounts.error && <Failure error={accounts.error} onRetry={() => void accounts.refetch()} />}
          {accounts.data?.length === 0 ? (
            <Text size="sm">{t('shell.noAccounts')}</Text>
          ) : (
            <Select
              label={t('shell.account')}
              searchable
              nothingFoundMessage={t('common.nothingFound')}
              data={(accounts.data ?? []).map((account) => ({ value: account.accountId, label: account.name }))}
              onChange={setAccountId}
            />
          )}
        </Stack>
      </Card>
    </Center>
  );
}
