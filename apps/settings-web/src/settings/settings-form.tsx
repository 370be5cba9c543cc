import { Grid, Stack, Text } from '@mantine/core';
import type { IntegrationSettings } from '@perezvon/contracts';
import { useRef, useState } from 'react';
import { useTranslation } from '../i18n/use-translation';
import { ApiProblem, type Answer } from '../api/http';
import { useIntegration, useIntegrationProblems, useSaveIntegration } from '../api/integration';
import { useCrm } from '../api/portals';
import { useLeaveGuard } from '../shell/leave-guard';
import { ReadOnlyForViewers } from '../shell/read-only';
import { Block } from './block';
import { CredentialsSection } from './credentials/credentials-section';
import { DirectionSection } from './direction/direction-section';
import { ForesightPanel } from './foresight/foresight-panel';
import { MappingSection } from './mapping/mapping-section';
import { ProblemList, ProblemsProvider, useNamedPart, type Problem } from './problems';
import { SaveBar } from './save-bar';
import { Toggle } from './toggle';

/** The vendor's page, block by block, over one draft: nothing takes effect until it is saved. */
export function SettingsForm({ saved }: { readonly saved: Answer<IntegrationSettings> }) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(saved.body);
  const integration = useIntegration();
  const save = useSaveIntegration();
  const crm = useCrm(draft.portalId);
  const isChanged = JSON.stringify(draft) !== JSON.stringify(saved.body);
  const problems = useProblems(save.error, save.variables?.draft, draft, saved.body);
  useLeaveGuard(isChanged, t('settings.leave'));
  useNamedPart();

  const change = (changed: Partial<IntegrationSettings>): void => setDraft({ ...draft, ...changed });
  // Two presses within one frame both come before the button is held.
  const isSaving = useRef(false);
  const submit = (): void => {
    if (isSaving.current) return;
    isSaving.current = true;
    save.mutate(
      { draft, etag: saved.etag },
      {
        // What was changed while it was on its way is not saved, and stays.
        onSuccess: ({ body: { understood: _, ...body } }) => setDraft((now) => (now === draft ? body : now)),
        onError: () => window.scrollTo({ top: 0, behavior: 'smooth' }),
        onSettled: () => (isSaving.current = false),
      },
    );
  };
  const reload = async (): Promise<void> => {
    const { data } = await integration.refetch();
    if (data === undefined) return;
    setDraft(data.body);
    save.reset();
  };

  return (
    <ProblemsProvider problems={problems}>
      <Grid gap="lg" pb={96}>
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <Stack gap="lg">
            <ProblemList problems={problems} />
            <ReadOnlyForViewers>
              <Block id="credentials" title={t('settings.blocks.credentials')}>
                <CredentialsSection
                  portalId={draft.portalId}
                  crm={crm.data}
                  onChoose={(portalId) => change({ portalId })}
                  onSettingsChanged={() => void reload()}
                />
              </Block>
              <Block id="incoming" title={t('settings.blocks.incoming')}>
                <DirectionSection
                  path="incoming"
                  settings={draft.incoming}
                  crm={crm.data}
                  onChange={(incoming) => change({ incoming })}
                />
              </Block>
              <Block id="outgoing" title={t('settings.blocks.outgoing')}>
                <DirectionSection
                  path="outgoing"
                  settings={draft.outgoing}
                  crm={crm.data}
                  onChange={(outgoing) => change({ outgoing })}
                />
              </Block>
              <Block id="mapping" title={t('settings.blocks.mapping')}>
                <MappingSection crm={crm.data} />
              </Block>
              <Block id="other" title={t('settings.blocks.other')}>
                <Toggle
                  path="active"
                  label={t('other.active')}
                  hint={t('other.activeHint')}
                  checked={draft.active}
                  onChange={(active) => change({ active })}
                />
                {draft.active !== saved.body.active && (
                  <Text size="sm" c="dimmed" pt="xs">
                    {t(draft.active ? 'other.activeWhenSaved' : 'other.inactiveWhenSaved')}
                  </Text>
                )}
              </Block>
            </ReadOnlyForViewers>
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <div className="beside">
            <ForesightPanel draft={draft} />
          </div>
        </Grid.Col>
      </Grid>
      <SaveBar
        isChanged={isChanged}
        isSaving={save.isPending}
        isSaved={save.isSuccess}
        error={save.error}
        onSave={submit}
        onDiscard={() => {
          setDraft(saved.body);
          save.reset();
        }}
        onReload={() => void reload()}
      />
    </ProblemsProvider>
  );
}

/**
 * What the service refused in the draft, else what keeps the saved settings from working; of a field that has been changed
 * since, the next save will tell.
 */
function useProblems(
  refusal: Error | null,
  refused: IntegrationSettings | undefined,
  draft: IntegrationSettings,
  saved: IntegrationSettings,
): readonly Problem[] {
  const known = useIntegrationProblems();
  const isChanged = (path: string, since: IntegrationSettings): boolean =>
    JSON.stringify(valueAt(draft, path)) !== JSON.stringify(valueAt(since, path));
  if (refusal instanceof ApiProblem && refusal.errors.length > 0 && refused && isChanged('', saved)) {
    return refusal.errors
      .filter(({ path }) => !isChanged(path, refused))
      .map((problem) => ({ ...problem, isWarning: false }));
  }
  return (known.data ?? [])
    .filter(({ path }) => path === '' || !isChanged(path, saved))
    .map((problem) => ({ ...problem, isWarning: problem.severity === 'warning' }));
}

/** Of what stands elsewhere than in the settings, such as `employees.3`, nothing. */
function valueAt(settings: IntegrationSettings, path: string): unknown {
  const steps = path === '' ? [] : path.split('.');
  return steps.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined,
    settings,
  );
}
