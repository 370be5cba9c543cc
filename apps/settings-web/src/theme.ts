import { createTheme } from '@mantine/core';

/** One accent, calm surfaces: operators look at this page next to amoCRM for hours. */
export const theme = createTheme({
  primaryColor: 'cyan',
  primaryShade: { light: 9, dark: 7 },
  defaultRadius: 'md',
  fontFamily: 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif',
  headings: { fontWeight: '600' },
  cursorType: 'pointer',
});
