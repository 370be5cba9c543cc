import { Affix, Alert, Button, Group, Paper, Text, Transition } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from '../i18n/use-translation';
import { ApiProblem } from '../api/http';
import { wordsOf } from '../shell/failure';

interface SaveBarProps {
  readonly isChanged: boolean;
  readonly isSaving: boolean;
  /** Just now, and nothing has changed since. */
  readonly isSaved: boolean;
  readonly error: Error | null;
  readonly onSave: () => void;
  readonly onDiscard: () => void;
  readonly onReload: () => void;
}

/** Stays in sight while there is something to save. */
export function SaveBar({ isChanged, isSaving, isSaved, error, onSave, onDiscard, onReload }: SaveBarProps) {
  const { t } = useTranslation();
  const isOutdated = error instanceof ApiProblem && error.status === 412;
  const words = isOutdated
    ? t('settings.changedMeanwhile')
    : error
      ? wordsOf(error, t('common.unreachable'))
      : t('settings.unsaved');
  return (
    <Affix position={{ bottom: 16, left: 16, right: 16 }} zIndex={150}>
      {!isChanged && isSaved && <SavedWord />}
      <Transition transition="slide-up" mounted={isChanged}>
        {(style) => (
          <Paper style={style} withBorder shadow="lg" p="sm" maw={860} mx="auto" role="region" aria-live="polite">
            <Group justify="space-between">
              <Text size="sm" {...(error && { c: 'red' })} maw={460}>
                {words}
              </Text>
              <Group gap="sm">
                <Button variant="default" onClick={onDiscard} disabled={isSaving}>
                  {t('settings.discard')}
                </Button>
                {isOutdated ? (
                  <Button onClick={onReload}>{t('settings.reload')}</Button>
                ) : (
                  <Button onClick={onSave} loading={isSaving}>
                    {t('settings.save')}
                  </Button>
                )}
              </Group>
            </Group>
          </Paper>
        )}
      </Transition>
    </Affix>
  );
}

/** How long the word that it was saved stays in sight. */
const shownMs = 6_000;

function SavedWord() {
  const { t } = useTranslation();
  const [isShown, setShown] = useState(true);
  useEffect(() => {
    const timer = setTimeout(() => setShown(false), shownMs);
    return () => clearTimeout(timer);
  }, []);
  return (
    <Transition transition="slide-up" mounted={isShown}>
      {(style) => (
        <Alert
          style={style}
          color="teal"
          icon={<IconCheck />}
          title={t('settings.saved')}
          maw={860}
          mx="auto"
          role="status"
        >
          {t('settings.savedEffect')}
        </Alert>
      )}
    </Transition>
  );
}
