import { Loader } from '@mantine/core';
import { useTranslation } from '../i18n/use-translation';

/** What stands where something is still on its way; screen readers are told of it. */
export function Waiting({ size }: { readonly size?: 'xs' }) {
  const { t } = useTranslation();
  return <Loader role="status" aria-label={t('common.loading')} {...(size !== undefined && { size })} />;
}
