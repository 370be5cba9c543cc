import { Button, type ButtonProps } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from '../i18n/use-translation';

interface AsksTwiceProps extends ButtonProps {
  readonly 'label': string;
  readonly 'onSure': () => void;
  readonly 'aria-label'?: string;
}

/** A button for what cannot be taken back: the first press asks, the second does. */
export function AsksTwice({ label, onSure, 'aria-label': name, ...button }: AsksTwiceProps) {
  const { t } = useTranslation();
  const [isAsked, setAsked] = useState(false);
  return (
    <Button
      {...button}
      color="red"
      variant={isAsked ? 'filled' : 'subtle'}
      {...(name !== undefined && { 'aria-label': isAsked ? `${t('common.sure')} ${name}` : name })}
      onClick={({ detail }) => {
        if (!isAsked) setAsked(true);
        // The second press of a double click answers no question that anybody has read.
        else if (detail <= 1) onSure();
      }}
      onBlur={() => setAsked(false)}
    >
      {isAsked ? t('common.sure') : label}
    </Button>
  );
}
