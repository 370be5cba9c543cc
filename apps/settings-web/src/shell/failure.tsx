import { Alert, Button, Group, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from '../i18n/use-translation';
import { ApiProblem } from '../api/http';

/** What went wrong, in the service's own words, and a way to try again. */
export function Failure({ error, onRetry }: { readonly error: Error; readonly onRetry?: () => void }) {
  const { t } = useTranslation();
  return (
    <Alert color="red" icon={<IconAlertTriangle />} title={t('common.failed')} role="alert">
      <Group justify="space-between">
        <div>
          <Text size="sm">{wordsOf(error, t('common.unreachable'))}</Text>
          {error instanceof ApiProblem &&
            error.errors.map(({ path, message }) => (
              <Text key={`${path} ${message}`} size="sm">
                {message}
              </Text>
            ))}
        </div>
        {onRetry && (
          <Button size="xs" variant="light" color="red" onClick={onRetry}>
            {t('common.retry')}
          </Button>
        )}
      </Group>
    </Alert>
  );
}

export function wordsOf(error: Error, unreachable: string): string {
  return error instanceof ApiProblem && error.code === 'unreachable' ? unreachable : error.message;
}
