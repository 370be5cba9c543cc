import { Alert, Avatar, Badge, createTheme, NavLink, type CSSVariablesResolver } from '@mantine/core';

const asText = { color: 'var(--mantine-color-text)' };

/** One accent, calm surfaces: operators look at this page next to amoCRM for hours. Contrast is WCAG AA everywhere. */
export const theme = createTheme({
  primaryColor: 'cyan',
  primaryShade: 9,
  defaultRadius: 'md',
  fontFamily: 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif',
  headings: { fontWeight: '600' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    // Their own colours on their own tints are too faint to read.
    Alert: Alert.extend({ styles: { title: asText } }),
    Avatar: Avatar.extend({ styles: { placeholder: asText } }),
    Badge: Badge.extend({ styles: (_, { variant }) => (variant === 'light' ? { label: asText } : {}) }),
    NavLink: NavLink.extend({ styles: { label: asText } }),
  },
});

/** Where Mantine's own colours are too pale: under the pointer, for the words on them; in the dark, for a danger to look like one. */
export const colours: CSSVariablesResolver = () => {
  const filled = { '--mantine-color-cyan-filled-hover': '#095c6b' };
  return {
    variables: {},
    light: { ...filled, '--mantine-color-cyan-light-hover': 'var(--mantine-color-cyan-1)' },
    // Mantine's shade 0 is all but white: what deletes would look like what saves.
    dark: {
      ...filled,
      '--mantine-color-red-light-color': 'var(--mantine-color-red-4)',
      '--mantine-color-cyan-light-color': 'var(--mantine-color-cyan-4)',
    },
  };
};
