import { TextInput, type TextInputProps } from '@mantine/core';
import { useState } from 'react';

interface NumberFieldProps extends Pick<TextInputProps, 'id' | 'label' | 'error' | 'description'> {
  readonly min: number;
  readonly max: number;
  readonly value: number | null;
  /** Null while the field is empty. */
  readonly onChange: (value: number | null) => void;
}

/** A whole number. The browser's own field: Mantine's costs 9 kB and formats what nobody wants formatted. */
export function NumberField({ value, onChange, ...field }: NumberFieldProps) {
  // Emptied on the way to another number: what stands for "nothing" appears only when the field is left.
  const [isEmptied, setEmptied] = useState(false);
  return (
    <TextInput
      {...field}
      type="number"
      inputMode="numeric"
      step={1}
      value={isEmptied ? '' : (value ?? '')}
      onBlur={() => setEmptied(false)}
      onChange={({ currentTarget: { value: typed } }) => {
        setEmptied(typed === '');
        onChange(typed === '' ? null : Math.trunc(Number(typed)));
      }}
    />
  );
}
