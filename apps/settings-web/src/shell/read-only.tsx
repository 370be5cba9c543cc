import { Alert, Stack } from '@mantine/core';
import { IconEye } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from '../i18n/use-translation';
import { useSession } from '../api/session';

/** What only operators may change: a viewer sees how it stands, and is told beforehand why nothing moves. */
export function ReadOnlyForViewers({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation();
  if (useSession().data?.role !== 'viewer') return children;
  return (
    <Stack gap="lg">
      <Alert color="gray" icon={<IconEye />} title={t('shell.readOnly')} />
      <fieldset className="read-only" disabled aria-label={t('shell.readOnly')}>
        <Stack gap="lg">{children}</Stack>
      </fieldset>
    </Stack>
  );
}
