import { Box, Collapse, Group, Stack, Switch, Text } from '@mantine/core';
import { type ReactNode } from 'react';
import { Hint } from './hint';
import { fieldId, useProblemAt } from './problems';

interface ToggleProps {
  /** The setting's place in the document. */
  readonly path: string;
  readonly label: string;
  readonly hint: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  /** What it needs once it is on. */
  readonly children?: ReactNode;
  readonly disabled?: boolean;
}

/** One switch of the settings with its hint; what it needs appears when it is on. */
export function Toggle({ path, label, hint, checked, onChange, children, disabled = false }: ToggleProps) {
  const problem = useProblemAt(path);
  return (
    <Box id={fieldId(path)} className="problem-target" tabIndex={-1}>
      <Group gap="xs" wrap="nowrap">
        <Switch
          label={label}
          checked={checked}
          disabled={disabled}
          error={problem}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
        <Hint text={hint} />
      </Group>
      {children !== undefined && (
        <Collapse expanded={checked}>
          <Stack gap="sm" pt="sm" pl={{ base: 0, xs: 52 }}>
            {children}
          </Stack>
        </Collapse>
      )}
    </Box>
  );
}

interface FieldLabelProps {
  readonly label: string;
  readonly hint: string;
  readonly isRequired?: boolean;
}

/** A label with a hint; the mark of a required field stands between them. */
export function FieldLabel({ label, hint, isRequired = false }: FieldLabelProps) {
  return (
    <Group gap={4} wrap="nowrap" component="span">
      <Text component="span" size="sm" fw={500}>
        {label}
        {isRequired && (
          <Text component="span" c="var(--mantine-color-error)" aria-hidden>
            {' *'}
          </Text>
        )}
      </Text>
      <Hint text={hint} />
    </Group>
  );
}
