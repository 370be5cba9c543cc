import {
  Accordion,
  Button,
  Card,
  Group,
  List,
  Select,
  SimpleGrid,
  Stack,
  Text,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from '../i18n/use-translation';
import { useDeleteSource, useEditSource, type SourceChange, type SourceView } from '../api/sources';
import { NumberField } from '../settings/number-field';
import { AsksTwice } from '../shell/asks-twice';
import { Failure } from '../shell/failure';
import { formProblems } from '../shell/form-problems';
import { Copyable, ShownOnce } from '../shell/shown-once';
import { fieldMapAsText, fieldMapOfText } from './field-map';
import { PullFields } from './pull-fields';

const shownFields = ['timeZone', 'instance', 'settleDelaySec', 'ringLimitSec', 'fieldMap', 'pull.url', 'pull.token'];

interface SourceCardProps {
  readonly source: SourceView;
  /** Known only while the source has just been made. */
  readonly freshSecret: string | null;
}

export function SourceCard({ source, freshSecret }: SourceCardProps) {
  const { t, list } = useTranslation();
  const edit = useEditSource(source.sourceId);
  const remove = useDeleteSource();
  const secret = edit.data?.secret ?? freshSecret;
  const failed = edit.error ?? remove.error;
  const filled = (address: string): string => (secret === null ? address : address.replace('{secret}', secret));
  return (
    <Card withBorder padding="lg" component="section" aria-label={t(`sources.kinds.${source.kind}`)}>
      <Stack>
        <Group justify="space-between">
          <Title order={3} size="h4">
            {t(`sources.kinds.${source.kind}`)}
            {source.instance && ` · ${source.instance}`}
          </Title>
          <Group gap={4}>
            <AsksTwice
              size="compact-sm"
              label={t('sources.rotate')}
              onSure={() => edit.mutate({ rotateSecret: true })}
            />
            <AsksTwice size="compact-sm" label={t('common.delete')} onSure={() => remove.mutate(source.sourceId)} />
          </Group>
        </Group>
        {failed && <Failure error={failed} />}
        {secret !== null && <ShownOnce label={t(`sources.secrets.${source.kind}`)} text={secret} />}
        <Copyable label={t('sources.events')} text={filled(source.addresses.events)} />
        {source.addresses.route !== null && (
          <Copyable label={t('sources.route')} text={filled(source.addresses.route)} />
        )}
        <List size="sm" type="ordered" spacing={4}>
          {list(`sources.steps.${source.kind}`).map((step) => (
            <List.Item key={step}>{step}</List.Item>
          ))}
        </List>
        <Accordion variant="contained" chevronPosition="left">
          <Accordion.Item value="settings">
            <Accordion.Control>{t('direction.more')}</Accordion.Control>
            <Accordion.Panel>
              <SourceSettings source={source} />
            </Accordion.Panel>
          </Accordion.Item>
        </Accordion>
      </Stack>
    </Card>
  );
}

function SourceSettings({ source }: Pick<SourceCardProps, 'source'>) {
  const { t } = useTranslation();
  const save = useEditSource(source.sourceId);
  const problems = formProblems(save.error, shownFields);
  const [changed, setChanged] = useState<SourceChange>({});
  const { timeZone, settleDelaySec, ringLimitSec, routeFallback, instance } = { ...source, ...changed };
  const [names, setNames] = useState(() => fieldMapAsText(source.fieldMap));
  const change = (more: SourceChange): void => setChanged({ ...changed, ...more });
  return (
    <Stack gap="sm">
      {problems.elsewhere && <Failure error={problems.elsewhere} />}
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput
          label={t('sources.timeZone')}
          value={timeZone}
          error={problems.at('timeZone')}
          onChange={({ currentTarget: { value } }) => change({ timeZone: value })}
        />
        <TextInput
          label={t('sources.instance')}
          value={instance ?? ''}
          error={problems.at('instance')}
          onChange={({ currentTarget: { value } }) => change({ instance: value === '' ? null : value })}
        />
        <NumberField
          label={t('sources.settleDelay')}
          min={0}
          max={600}
          value={settleDelaySec}
          error={problems.at('settleDelaySec')}
          onChange={(seconds) => change({ settleDelaySec: seconds ?? 0 })}
        />
        <NumberField
          label={t('sources.ringLimit')}
          min={15}
          max={7200}
          value={ringLimitSec}
          error={problems.at('ringLimitSec')}
          onChange={(seconds) => change({ ringLimitSec: seconds ?? 15 })}
        />
        <Select
          label={t('sources.routeFallback')}
          allowDeselect={false}
          value={routeFallback}
          data={(['branch', 'default_employee'] as const).map((value) => ({
            value,
            label: t(`sources.routeFallbacks.${value}`),
          }))}
          onChange={(value) => change({ routeFallback: value as SourceView['routeFallback'] })}
        />
      </SimpleGrid>
      <Text size="xs" c="dimmed">
        {t('sources.settleDelayHint')}
      </Text>
      <Textarea
        label={t('sources.fieldMap')}
        description={t('sources.fieldMapHint')}
        placeholder="call_session_id = session"
        autosize
        minRows={2}
        value={names}
        error={problems.at('fieldMap')}
        onChange={({ currentTarget: { value } }) => {
          setNames(value);
          change({ fieldMap: fieldMapOfText(value) });
        }}
      />
      {source.kind !== 'canonical' && (
        <PullFields
          stored={source.pull}
          pull={changed.pull ?? source.pull}
          problems={problems}
          onChange={(pull) => change({ pull })}
        />
      )}
      <Group justify="flex-end">
        <Button
          disabled={Object.keys(changed).length === 0}
          loading={save.isPending}
          // What was refused stays to be mended.
          onClick={() => save.mutate(changed, { onSuccess: () => setChanged({}) })}
        >
          {t('common.save')}
        </Button>
      </Group>
    </Stack>
  );
}
