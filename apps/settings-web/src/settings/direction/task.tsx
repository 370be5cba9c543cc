import { Select, SimpleGrid, TextInput } from '@mantine/core';
import type { DirectionSettings } from '@perezvon/contracts';
import { useTranslation } from '../../i18n/use-translation';
import type { CrmView } from '../../api/portals';
import { NumberField } from '../number-field';
import { fieldId, useProblemAt } from '../problems';
import { Toggle } from '../toggle';

type Task = DirectionSettings['answeredTask'];

interface TaskProps {
  readonly path: string;
  readonly label: string;
  readonly hint: string;
  readonly task: Task;
  readonly crm: CrmView | undefined;
  readonly onChange: (task: Task) => void;
}

export function TaskToggle({ path, label, hint, task, crm, onChange }: TaskProps) {
  const { t } = useTranslation();
  const problems = { text: useProblemAt(`${path}.text`), due: useProblemAt(`${path}.dueInMinutes`) };
  const typeProblem = useProblemAt(`${path}.taskTypeId`);
  return (
    <Toggle
      path={path}
      label={label}
      hint={hint}
      checked={task.enabled}
      onChange={(enabled) => onChange({ ...task, enabled })}
    >
      <SimpleGrid cols={{ base: 1, md: 3 }} spacing="sm">
        <TextInput
          id={fieldId(`${path}.text`)}
          label={t('direction.taskText')}
          description={t('direction.taskTextHint')}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          value={task.text ?? ''}
          error={problems.text}
          onChange={(event) => onChange({ ...task, text: event.currentTarget.value })}
        />
        <NumberField
          id={fieldId(`${path}.dueInMinutes`)}
          label={t('direction.taskDue')}
          min={1}
          max={525_600}
          value={task.dueInMinutes ?? null}
          error={problems.due}
          onChange={(dueInMinutes) => onChange({ ...task, dueInMinutes })}
        />
        <Select
          id={fieldId(`${path}.taskTypeId`)}
          label={t('direction.taskType')}
          placeholder={t('direction.taskTypeDefault')}
          clearable
          value={task.taskTypeId == null ? null : String(task.taskTypeId)}
          error={typeProblem}
          data={(crm?.taskTypes ?? []).map(({ id, name }) => ({ value: String(id), label: name }))}
          onChange={(id) => onChange({ ...task, taskTypeId: id === null ? null : Number(id) })}
        />
      </SimpleGrid>
    </Toggle>
  );
}
