import { ActionIcon, Popover, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconExclamationCircle } from '@tabler/icons-react';
import { useTranslation } from '../i18n/use-translation';

/** The exclamation mark in a circle: on hover, on focus, and on touch, where nothing hovers. */
export function Hint({ text }: { readonly text: string }) {
  const { t } = useTranslation();
  const [isOpen, { open, close, toggle }] = useDisclosure();
  return (
    <Popover opened={isOpen} onDismiss={close} width={320} position="top" withArrow shadow="md">
      <Popover.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          radius="xl"
          aria-label={`${t('common.hint')}: ${text}`}
          onMouseEnter={open}
          onMouseLeave={close}
          onFocus={open}
          onBlur={close}
          onClick={toggle}
        >
          <IconExclamationCircle size={18} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown style={{ pointerEvents: 'none' }}>
        <Text size="sm">{text}</Text>
      </Popover.Dropdown>
    </Popover>
  );
}
