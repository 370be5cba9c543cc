import { PasswordInput, SimpleGrid, Stack, Switch, TextInput } from '@mantine/core';
import type { PullChange, SourceView } from '../api/sources';
import { useTranslation } from '../i18n/use-translation';
import type { FormProblems } from '../shell/form-problems';

interface PullFieldsProps {
  readonly stored: SourceView['pull'];
  readonly pull: PullChange | null;
  readonly problems: FormProblems;
  readonly onChange: (pull: PullChange) => void;
}

/** The vendor is asked for calls whose events were lost: its address and a token, which is stored and never shown. */
export function PullFields({ stored, pull, problems, onChange }: PullFieldsProps) {
  const { t } = useTranslation();
  const given = pull ?? { enabled: false, url: '' };
  return (
    <Stack gap="xs">
      <Switch
        label={t('sources.pull')}
        description={t('sources.pullHint')}
        checked={given.enabled}
        onChange={({ currentTarget: { checked } }) => onChange({ ...given, enabled: checked })}
      />
      {given.enabled && (
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextInput
            label={t('sources.pullUrl')}
            placeholder="https://"
            value={given.url}
            error={problems.at('pull.url')}
            onChange={({ currentTarget: { value } }) => onChange({ ...given, url: value })}
          />
          <PasswordInput
            label={t('sources.pullToken')}
            placeholder={stored === null ? '' : t('sources.pullTokenStored')}
            autoComplete="off"
            value={given.token ?? ''}
            error={problems.at('pull.token')}
            onChange={({ currentTarget: { value } }) =>
              onChange({ enabled: true, url: given.url, ...(value !== '' && { token: value }) })
            }
          />
        </SimpleGrid>
      )}
    </Stack>
  );
}
