import { Stack, type StackProps } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';

interface FormProps extends Pick<StackProps, 'gap'> {
  readonly onSubmit: (event: FormEvent) => void;
  readonly children: ReactNode;
}

/** Checked by the service alone, which says what is wrong in the reader's language; a browser would in its own. */
export function Form({ onSubmit, children, ...layout }: FormProps) {
  return (
    <form noValidate onSubmit={onSubmit}>
      <Stack {...layout}>{children}</Stack>
    </form>
  );
}
