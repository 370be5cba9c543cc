import { Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useRetention, useRetentionChange, type Retention } from '../api/retention';
import { useSession } from '../api/session';
import { useTranslation } from '../i18n/use-translation';
import { NumberField } from '../settings/number-field';
import { Failure } from '../shell/failure';
import { Form } from '../shell/form';
import { formProblems } from '../shell/form-problems';

/** How long calls are kept: everybody may know it, an administrator changes it. */
export function RetentionSection() {
  const { t } = useTranslation();
  const retention = useRetention();
  const role = useSession().data?.role;
  if (retention.error) return <Failure error={retention.error} onRetry={() => void retention.refetch()} />;
  if (retention.data === undefined) return null;
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="retention">
      <Stack gap="sm">
        <Title order={3} size="h4" id="retention">
          {t('journal.retention.title')}
        </Title>
        <Text size="sm">{t('journal.retention.now', { count: retention.data.days })}</Text>
        {(role === 'account_admin' || role === 'platform_admin') && (
          <Change key={retention.data.days} retention={retention.data} />
        )}
      </Stack>
    </Card>
  );
}

function Change({ retention }: { readonly retention: Retention }) {
  const { t } = useTranslation();
  const change = useRetentionChange();
  const [days, setDays] = useState<number | null>(retention.ownDays);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    change.mutate(days);
  };
  const problems = formProblems(change.error, ['days']);
  return (
    <Form gap="sm" onSubmit={submit}>
      {problems.elsewhere && <Failure error={problems.elsewhere} />}
      <NumberField
        label={t('journal.retention.days')}
        description={t('journal.retention.hint', {
          least: retention.leastDays,
          most: retention.mostDays,
          usual: retention.defaultDays,
        })}
        min={retention.leastDays}
        max={retention.mostDays}
        value={days}
        onChange={setDays}
        error={problems.at('days')}
      />
      <Group>
        <Button type="submit" variant="default" loading={change.isPending} disabled={days === retention.ownDays}>
          {t('common.save')}
        </Button>
      </Group>
    </Form>
  );
}
