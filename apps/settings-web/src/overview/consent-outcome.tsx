import { Alert } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { useSearch } from 'wouter';
import { useTranslation } from '../i18n/use-translation';

/** How the way to amoCRM and back can end: settings-api, `oauth/authorizations.ts`. */
const outcomes = ['authorised', 'refused', 'other_account', 'failed', 'unknown'] as const;

/** Whoever comes back from amoCRM's consent page is told how it ended, until the word is closed or the room is left. */
export function ConsentOutcome() {
  const { t } = useTranslation();
  const told = new URLSearchParams(useSearch()).get('authorization');
  const [isClosed, setClosed] = useState(false);
  const outcome = outcomes.find((each) => each === told);
  if (outcome === undefined || isClosed) return null;
  const isDone = outcome === 'authorised';
  return (
    <Alert
      color={isDone ? 'teal' : 'red'}
      icon={isDone ? <IconCircleCheck /> : <IconAlertTriangle />}
      role={isDone ? 'status' : 'alert'}
      withCloseButton
      closeButtonLabel={t('common.close')}
      onClose={() => setClosed(true)}
    >
      {t(`overview.consent.${outcome}`)}
    </Alert>
  );
}
