import { Anchor, Stack, Text, Title } from '@mantine/core';
import { Link, useLocation } from 'wouter';
import { useTranslation } from '../i18n/use-translation';

/** What a mistyped or outdated address leads to: it stays in the address line, to be mended there. */
export default function NoSuchPage() {
  const { t } = useTranslation();
  const [pathname] = useLocation();
  return (
    <Stack maw={1180} mx="auto">
      <Title order={2}>{t('shell.noSuchPage')}</Title>
      <Text style={{ overflowWrap: 'anywhere' }}>{t('shell.noSuchPageLead', { address: pathname })}</Text>
      <Anchor component={Link} href="/">
        {t('shell.toOverview')}
      </Anchor>
    </Stack>
  );
}
