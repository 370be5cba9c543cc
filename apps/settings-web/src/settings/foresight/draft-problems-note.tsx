import { Alert, Anchor, Group } from '@mantine/core';
import { useTranslation } from '../../i18n/use-translation';
import { jumpTo } from '../problems';
import type { DraftProblems } from './draft-problems';

/** How much of the draft is to be mended, and in which blocks; what it is stands at the fields once it is saved. */
export function DraftProblemsNote({ problems: { count, blocks } }: { readonly problems: DraftProblems }) {
  const { t } = useTranslation();
  return (
    <Alert variant="light" color="yellow" p="xs" title={t('foresight.invalid', { count })}>
      <Group gap="xs">
        {blocks.map(({ block, path }) => (
          <Anchor
            key={block}
            component="button"
            type="button"
            size="xs"
            c="inherit"
            underline="always"
            onClick={() => jumpTo(path)}
          >
            {t(`settings.blocks.${block}`)}
          </Anchor>
        ))}
      </Group>
    </Alert>
  );
}
