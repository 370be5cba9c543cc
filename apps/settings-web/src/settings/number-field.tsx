import { TextInput, type TextInputProps } from '@mantine/core';

interface NumberFieldProps extends Pick<TextInputProps, 'id' | 'label' | 'error' | 'description'> {
  readonly min: number;
  readonly max: number;
  readonly value: number | null;
  /** Null while the field is empty. */
  readonly onChange: (value: number | null) => void;
}

/** A whole number. The browser's own field: Mantine's costs 9 kB and formats what nobody wants formatted. */
export function NumberField({ value, onChange, ...field }: NumberFieldProps) {
  return (
    <TextInput
      {...field}
      type="number"
      inputMode="numeric"
      step={1}
      value={value ?? ''}
      onChange={({ currentTarget: { value: typed } }) => onChange(typed === '' ? null : Math.trunc(Number(typed)))}
    />
  );
}
