import { ActionIcon, Alert, Code, CopyButton, Group, Text } from '@mantine/core';
import { IconCheck, IconCopy, IconKey } from '@tabler/icons-react';
import { useTranslation } from '../i18n/use-translation';

interface CopyableProps {
  readonly label: string;
  readonly text: string;
}

/** Something to be pasted elsewhere. */
export function Copyable({ label, text }: CopyableProps) {
  const { t } = useTranslation();
  return (
    <div>
      <Text size="xs">{label}</Text>
      <Group gap="xs" wrap="nowrap">
        <Code style={{ overflowWrap: 'anywhere' }}>{text}</Code>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <ActionIcon
              variant="subtle"
              color={copied ? 'teal' : 'gray'}
              aria-label={`${t(copied ? 'common.copied' : 'common.copy')}: ${label}`}
              onClick={copy}
            >
              {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
            </ActionIcon>
          )}
        </CopyButton>
      </Group>
    </div>
  );
}

/** A secret that the service keeps only as a hash: this is the only time it is seen. */
export function ShownOnce({ label, text }: CopyableProps) {
  const { t } = useTranslation();
  return (
    <Alert color="yellow" icon={<IconKey />} title={t('common.shownOnce')}>
      <Copyable label={label} text={text} />
    </Alert>
  );
}
