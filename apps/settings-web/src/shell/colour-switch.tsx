import { SegmentedControl, useMantineColorScheme, VisuallyHidden } from '@mantine/core';
import { IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react';
import { useTranslation } from '../i18n/use-translation';

const schemes = [
  { value: 'light', Icon: IconSun },
  { value: 'dark', Icon: IconMoon },
  { value: 'auto', Icon: IconDeviceDesktop },
] as const;

export function ColourSwitch() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <SegmentedControl
      size="xs"
      aria-label={t('shell.colours.label')}
      value={colorScheme}
      onChange={(chosen) => setColorScheme(chosen)}
      data={schemes.map(({ value, Icon }) => ({
        value,
        label: (
          <>
            <Icon size={16} style={{ display: 'block' }} />
            <VisuallyHidden>{t(`shell.colours.${value}`)}</VisuallyHidden>
          </>
        ),
      }))}
    />
  );
}
