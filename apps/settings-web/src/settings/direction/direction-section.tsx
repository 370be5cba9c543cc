import { Divider, Select, Stack } from '@mantine/core';
import type { CellName, DirectionSettings, IntegrationSettings } from '@perezvon/contracts';
import { useTranslation } from '../../i18n/use-translation';
import type { CrmView } from '../../api/portals';
import { fieldId, useProblemAt } from '../problems';
import { FieldLabel, Toggle } from '../toggle';
import { Cell } from './cell';
import { Filters } from './filters';
import { Rest } from './rest';
import { TaskToggle } from './task';
import { UserSelect } from './user-select';

const cellNames: readonly CellName[] = ['answeredUnknown', 'missedUnknown', 'answeredKnown', 'missedKnown'];

type Incoming = IntegrationSettings['incoming'];

interface DirectionProps<Settings extends DirectionSettings> {
  readonly path: 'incoming' | 'outgoing';
  readonly settings: Settings;
  readonly crm: CrmView | undefined;
  readonly onChange: (settings: Settings) => void;
}

/** R1 for one direction, in the order of the vendor's page. */
export function DirectionSection<Settings extends DirectionSettings>(props: DirectionProps<Settings>) {
  const { path, settings, crm, onChange } = props;
  const { t } = useTranslation();
  const responsibleProblem = useProblemAt(`${path}.defaultResponsibleUserId`);
  const isOutgoing = path === 'outgoing';
  const change = (changed: Partial<DirectionSettings>): void => onChange({ ...settings, ...changed });
  return (
    <Stack gap="lg">
      {cellNames.map((name) => (
        <Cell
          key={name}
          path={`${path}.cells.${name}`}
          name={name}
          isOutgoing={isOutgoing}
          cell={settings.cells[name]}
          crm={crm}
          onChange={(cell) => change({ cells: { ...settings.cells, [name]: cell } })}
        />
      ))}
      <Divider />
      <Toggle
        path={`${path}.tagging`}
        label={t('direction.tagging')}
        hint={t('direction.taggingHint')}
        checked={settings.tagging.enabled}
        onChange={(enabled) => change({ tagging: { ...settings.tagging, enabled } })}
      >
        <Select
          id={fieldId(`${path}.tagging.number`)}
          maw={360}
          label={t('direction.taggingNumber')}
          allowDeselect={false}
          value={settings.tagging.number}
          data={(['client', 'virtual', 'both'] as const).map((value) => ({
            value,
            label: t(`direction.${isOutgoing ? 'taggingNumbersOutgoing' : 'taggingNumbers'}.${value}`),
          }))}
          onChange={(number) => change({ tagging: { enabled: true, number: number as 'client' | 'virtual' | 'both' } })}
        />
      </Toggle>
      <TaskToggle
        path={`${path}.answeredTask`}
        label={t(isOutgoing ? 'direction.answeredTaskOutgoing' : 'direction.answeredTask')}
        hint={t('direction.answeredTaskHint')}
        task={settings.answeredTask}
        crm={crm}
        onChange={(answeredTask) => change({ answeredTask })}
      />
      <TaskToggle
        path={`${path}.missedTask`}
        label={t('direction.missedTask')}
        hint={t('direction.missedTaskHint')}
        task={settings.missedTask}
        crm={crm}
        onChange={(missedTask) => change({ missedTask })}
      />
      {hasPersonalManager(settings) && (
        <Toggle
          path={`${path}.personalManagerRouting`}
          label={t('direction.personalManager')}
          hint={t('direction.personalManagerHint')}
          checked={settings.personalManagerRouting}
          onChange={(personalManagerRouting) => onChange({ ...settings, personalManagerRouting })}
        />
      )}
      <Divider />
      <UserSelect
        id={fieldId(`${path}.defaultResponsibleUserId`)}
        label={<FieldLabel label={t('direction.responsible')} hint={t('direction.responsibleHint')} isRequired />}
        required
        withAsterisk={false}
        users={crm?.users ?? []}
        value={settings.defaultResponsibleUserId}
        error={responsibleProblem}
        onChange={(defaultResponsibleUserId) => change({ defaultResponsibleUserId })}
      />
      <Filters
        path={`${path}.filteredNumbers`}
        label={t(`direction.filters.${path}`)}
        numbers={settings.filteredNumbers}
        onChange={(filteredNumbers) => change({ filteredNumbers })}
      />
      <Rest path={path} settings={settings} onChange={change} />
    </Stack>
  );
}

const hasPersonalManager = <Settings extends DirectionSettings>(settings: Settings): settings is Settings & Incoming =>
  'personalManagerRouting' in settings;
