import { ColorSwatch, Grid, Group, Select, Text } from '@mantine/core';
import type { CellAction, CellName, CellSettings } from '@perezvon/contracts';
import { useTranslation } from '../../i18n/use-translation';
import type { CrmView } from '../../api/portals';
import { fieldId, useProblemAt } from '../problems';
import { Toggle } from '../toggle';

/** R2: what a cell of each kind offers, and what an action needs. */
const offered: Record<CellName, readonly CellAction[]> = {
  answeredUnknown: ['create_contact_and_deal', 'create_unsorted', 'create_contact'],
  missedUnknown: ['create_contact_and_deal', 'create_unsorted', 'create_contact'],
  answeredKnown: ['create_contact_and_deal', 'create_unsorted', 'create_deal_always'],
  missedKnown: ['create_contact_and_deal', 'create_unsorted', 'create_deal_always'],
};
const needsPipeline = (action: CellAction | null | undefined) => action != null && action !== 'create_contact';
const needsStage = (action: CellAction | null | undefined) =>
  action === 'create_contact_and_deal' || action === 'create_deal_always';

interface CellProps {
  readonly path: string;
  readonly name: CellName;
  readonly isOutgoing: boolean;
  readonly cell: CellSettings;
  readonly crm: CrmView | undefined;
  readonly onChange: (cell: CellSettings) => void;
}

/** One of the four toggles of a direction; «Воронка» and «Этап» appear as the chosen action needs them. */
export function Cell({ path, name, isOutgoing, cell, crm, onChange }: CellProps) {
  const { t } = useTranslation();
  const actionProblem = useProblemAt(`${path}.action`);
  return (
    <Toggle
      path={path}
      label={t(`direction.${isOutgoing ? 'cellsOutgoing' : 'cells'}.${name}`)}
      hint={t(`direction.${isOutgoing ? 'cellHintsOutgoing' : 'cellHints'}.${name}`)}
      checked={cell.enabled}
      onChange={(enabled) => onChange({ ...cell, enabled })}
    >
      <Grid gap="sm">
        <Grid.Col span={12}>
          <Select
            id={fieldId(`${path}.action`)}
            label={t('direction.action')}
            placeholder={t('direction.chooseAction')}
            required
            allowDeselect={false}
            value={cell.action ?? null}
            error={actionProblem}
            data={offered[name].map((action) => ({ value: action, label: t(`direction.actions.${action}`) }))}
            onChange={(action) => onChange(withAction(cell, action as CellAction))}
          />
        </Grid.Col>
        {needsPipeline(cell.action) && (
          <Grid.Col span={{ base: 12, xs: 6 }}>
            <Pipeline path={path} cell={cell} crm={crm} onChange={onChange} />
          </Grid.Col>
        )}
        {needsStage(cell.action) && (
          <Grid.Col span={{ base: 12, xs: 6 }}>
            <Stage path={path} cell={cell} crm={crm} onChange={onChange} />
          </Grid.Col>
        )}
      </Grid>
      {cell.action && (
        <Text size="sm" c="dimmed">
          {t(`direction.actionHints.${cell.action}`)}
        </Text>
      )}
    </Toggle>
  );
}

/** What the new action does not take is dropped, what it needs is kept. */
function withAction(cell: CellSettings, action: CellAction): CellSettings {
  return {
    enabled: cell.enabled,
    action,
    ...(needsPipeline(action) && { pipelineId: cell.pipelineId ?? null }),
    ...(needsStage(action) && { statusId: cell.statusId ?? null }),
  };
}

type ChoiceProps = Pick<CellProps, 'path' | 'cell' | 'crm' | 'onChange'>;

function Pipeline({ path, cell, crm, onChange }: ChoiceProps) {
  const { t } = useTranslation();
  const problem = useProblemAt(`${path}.pipelineId`);
  const pipelines = (crm?.pipelines ?? []).filter((each) => !each.isArchive || each.id === cell.pipelineId);
  const known = pipelines.map(({ id, name }) => ({ value: String(id), label: name }));
  return (
    <Select
      id={fieldId(`${path}.pipelineId`)}
      label={t('direction.pipeline')}
      placeholder={t('direction.choosePipeline')}
      required
      searchable={known.length > 8}
      allowDeselect={false}
      nothingFoundMessage={t('common.nothingFound')}
      value={valueOf(cell.pipelineId)}
      error={problem}
      data={withGone(known, cell.pipelineId, (id) => t('direction.gone', { id }))}
      onChange={(id) => onChange({ ...cell, pipelineId: Number(id), ...('statusId' in cell && { statusId: null }) })}
    />
  );
}

function Stage({ path, cell, crm, onChange }: ChoiceProps) {
  const { t } = useTranslation();
  const problem = useProblemAt(`${path}.statusId`);
  const pipeline = crm?.pipelines.find(({ id }) => id === cell.pipelineId);
  const stages = [...(pipeline?.statuses ?? [])].filter(({ type }) => type === 0).sort((a, b) => a.sort - b.sort);
  const known = stages.map(({ id, name }) => ({ value: String(id), label: name }));
  const colourOf = (id: string) => stages.find((each) => String(each.id) === id)?.color;
  const chosen = colourOf(String(cell.statusId));
  return (
    <Select
      id={fieldId(`${path}.statusId`)}
      label={t('direction.status')}
      placeholder={t('direction.chooseStatus')}
      required
      searchable={known.length > 8}
      allowDeselect={false}
      disabled={cell.pipelineId == null}
      value={valueOf(cell.statusId)}
      error={problem}
      leftSection={chosen ? <ColorSwatch size={14} color={chosen} /> : undefined}
      data={withGone(known, cell.statusId, (id) => t('direction.gone', { id }))}
      renderOption={({ option }) => (
        <Group gap="xs" wrap="nowrap">
          <ColorSwatch size={14} color={colourOf(option.value) ?? 'transparent'} />
          {option.label}
        </Group>
      )}
      onChange={(id) => onChange({ ...cell, statusId: Number(id) })}
    />
  );
}

const valueOf = (id: number | null | undefined) => (id == null ? null : String(id));

interface Choice {
  readonly value: string;
  readonly label: string;
}

/** An id that amoCRM no longer has stays visible, so that a person sees what was meant. */
export function withGone(
  known: readonly Choice[],
  id: number | null | undefined,
  say: (id: number) => string,
): Choice[] {
  if (id == null || known.some(({ value }) => value === String(id))) return [...known];
  return [...known, { value: String(id), label: say(id) }];
}
