import {
  Alert,
  Badge,
  Card,
  Group,
  List,
  SegmentedControl,
  Skeleton,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import type { IntegrationSettings } from '@perezvon/contracts';
import { useState } from 'react';
import { useTranslation } from '../../i18n/use-translation';
import { useForesight, type DescribedCall, type Rehearsal } from '../../api/dry-run';
import { Failure } from '../../shell/failure';
import { formProblems } from '../../shell/form-problems';
import { draftProblems } from './draft-problems';
import { DraftProblemsNote } from './draft-problems-note';
import { RealCalls } from './real-calls';

/** Typing in a field asks once, not at every letter. */
const pauseMs = 250;

/** Beside the settings: what they would make of a call, answered by the rules themselves at every change of the draft. */
export function ForesightPanel({ draft }: { readonly draft: IntegrationSettings }) {
  const { t } = useTranslation();
  const [call, setCall] = useState<DescribedCall>({
    direction: 'in',
    outcome: 'answered',
    clientKnown: false,
    phone: '+79161234567',
  });
  const [settled] = useDebouncedValue(draft, pauseMs);
  const foresight = useForesight(call, settled);
  const problems = formProblems(foresight.error, ['call.phone']);
  const draftRefused = draftProblems(foresight.error);
  const rehearsal = foresight.data?.items[0];
  return (
    <Card
      component="section"
      id="foresight"
      tabIndex={-1}
      className="problem-target"
      withBorder
      padding="md"
      aria-labelledby="foresight-title"
    >
      <Stack gap="sm">
        <Title order={3} size="h5" id="foresight-title">
          {t('foresight.title')}
        </Title>
        <Text size="xs" c="dimmed">
          {t('foresight.lead')}
        </Text>
        <Choice
          label={t('foresight.direction')}
          value={call.direction}
          values={['in', 'out']}
          wordOf={(value) => t(`foresight.directions.${value}`)}
          onChange={(direction) => setCall({ ...call, direction })}
        />
        <Choice
          label={t('foresight.outcome')}
          value={call.outcome}
          values={['answered', 'missed']}
          wordOf={(value) => t(`foresight.outcomes.${value}`)}
          onChange={(outcome) => setCall({ ...call, outcome })}
        />
        <Choice
          label={t('foresight.client')}
          value={call.clientKnown ? 'known' : 'unknown'}
          values={['unknown', 'known']}
          wordOf={(value) => t(`foresight.clients.${value}`)}
          onChange={(chosen) => setCall({ ...call, clientKnown: chosen === 'known' })}
        />
        <TextInput
          size="xs"
          label={t('foresight.phone')}
          placeholder={t('foresight.hidden')}
          value={call.phone ?? ''}
          error={problems.at('call.phone')}
          onChange={({ currentTarget: { value } }) => setCall({ ...call, phone: value.trim() === '' ? null : value })}
        />
        {draftRefused && <DraftProblemsNote problems={draftRefused} />}
        {problems.elsewhere && !draftRefused && (
          <Failure error={problems.elsewhere} onRetry={() => void foresight.refetch()} />
        )}
        {foresight.isPending && <Skeleton h={120} />}
        <div aria-live="polite">{rehearsal && <Outcome rehearsal={rehearsal} />}</div>
        <RealCalls draft={settled} />
      </Stack>
    </Card>
  );
}

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly values: readonly Value[];
  readonly wordOf: (value: Value) => string;
  readonly onChange: (value: Value) => void;
}

function Choice<Value extends string>({ label, value, values, wordOf, onChange }: ChoiceProps<Value>) {
  return (
    <SegmentedControl
      size="xs"
      fullWidth
      aria-label={label}
      value={value}
      data={values.map((each) => ({ value: each, label: wordOf(each) }))}
      onChange={onChange}
    />
  );
}

function Outcome({ rehearsal: { then, differences } }: { readonly rehearsal: Rehearsal }) {
  const { t } = useTranslation();
  return (
    <Stack gap="xs">
      {then.cellName && (
        <Text size="sm" fw={600}>
          {then.cellName}
        </Text>
      )}
      {then.effects.length === 0 ? (
        <Text size="sm">{t('foresight.nothing')}</Text>
      ) : (
        <List size="sm" spacing={6}>
          {then.effects.map(({ effect, moment, text }) => (
            <List.Item key={effect}>
              {text}{' '}
              <Badge size="xs" variant="light" tt="none">
                {t(`foresight.moments.${moment}`)}
              </Badge>
            </List.Item>
          ))}
        </List>
      )}
      {differences.length > 0 && (
        <Alert variant="light" color="yellow" p="xs" title={t('foresight.different')}>
          {differences.map(({ effect, text }) => (
            <Text key={effect} size="xs">
              {text}
            </Text>
          ))}
        </Alert>
      )}
      <details>
        <summary>
          <Text component="span" size="xs" c="dimmed">
            {t('foresight.why')}
          </Text>
        </summary>
        <List size="xs" c="dimmed" spacing={2} pt={4}>
          {then.reasons.map(({ ruleId, code, text }) => (
            <List.Item key={`${ruleId} ${code}`}>
              <Group gap={6} wrap="nowrap" align="baseline">
                <Text component="span" size="xs" fw={600}>
                  {ruleId}
                </Text>
                {text}
              </Group>
            </List.Item>
          ))}
        </List>
      </details>
    </Stack>
  );
}
