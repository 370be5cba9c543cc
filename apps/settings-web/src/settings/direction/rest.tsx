import { Accordion, Select, SimpleGrid, Stack } from '@mantine/core';
import type { DirectionSettings } from '@perezvon/contracts';
import { useTranslation } from '../../i18n/use-translation';
import { NumberField } from '../number-field';
import { fieldId, useProblemAt } from '../problems';
import { FieldLabel, Toggle } from '../toggle';

interface RestProps {
  readonly path: 'incoming' | 'outgoing';
  readonly settings: DirectionSettings;
  readonly onChange: (changed: Partial<DirectionSettings>) => void;
}

/** Settings of a direction that the vendor's page does not have; their defaults suit most. */
export function Rest({ path, settings, onChange }: RestProps) {
  const { t } = useTranslation();
  const waitProblem = useProblemAt(`${path}.unsortedRecordWaitSec`);
  return (
    <Accordion variant="contained" chevronPosition="left">
      <Accordion.Item value="more">
        <Accordion.Control>{t('direction.more')}</Accordion.Control>
        <Accordion.Panel>
          <Stack>
            <Toggle
              path={`${path}.logCalls`}
              label={t('direction.logCalls')}
              hint={t('direction.logCallsHint')}
              checked={settings.logCalls}
              onChange={(logCalls) => onChange({ logCalls })}
            />
            <SimpleGrid cols={{ base: 1, md: 2 }}>
              <Choice name="createAt" values={['answer', 'end']} {...{ path, settings, onChange }} />
              <Choice name="acceptedBy" values={['first', 'last']} {...{ path, settings, onChange }} />
              <Choice name="activeDealScope" values={['all', 'same_pipeline']} {...{ path, settings, onChange }} />
              <Choice name="hiddenNumbers" values={['ignore', 'unsorted']} {...{ path, settings, onChange }} />
              {path === 'incoming' && (
                <NumberField
                  id={fieldId(`${path}.unsortedRecordWaitSec`)}
                  label={<FieldLabel label={t('direction.recordWait')} hint={t('direction.recordWaitHint')} />}
                  min={0}
                  max={600}
                  value={settings.unsortedRecordWaitSec}
                  error={waitProblem}
                  onChange={(seconds) => onChange({ unsortedRecordWaitSec: seconds ?? 0 })}
                />
              )}
            </SimpleGrid>
          </Stack>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}

type ChoiceName = 'createAt' | 'acceptedBy' | 'activeDealScope' | 'hiddenNumbers';

function Choice<Name extends ChoiceName>({
  name,
  values,
  path,
  settings,
  onChange,
}: RestProps & { readonly name: Name; readonly values: readonly DirectionSettings[Name][] }) {
  const { t } = useTranslation();
  const labelOf = (value: string) => t(`direction.${name}Values.${value}` as 'direction.createAtValues.answer');
  return (
    <Select
      id={fieldId(`${path}.${name}`)}
      label={<FieldLabel label={t(`direction.${name}`)} hint={t(`direction.${name}Hint`)} />}
      allowDeselect={false}
      value={settings[name]}
      data={values.map((value) => ({ value, label: labelOf(value) }))}
      onChange={(value) => onChange({ [name]: value })}
    />
  );
}
