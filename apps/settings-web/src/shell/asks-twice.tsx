import { Button, type ButtonProps } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from '../i18n/use-translation';

interface AsksTwiceProps extends ButtonProps {
  readonly 'label': string;
  readonly 'onSure': () => void;
  readonly 'aria-label'?: string;
}

/** A button for what cannot be taken back: the first press asks, the second does. */
export function AsksTwice({ label, onSure, ...button }: AsksTwiceProps) {
  const { t } = useTranslation();
  const [isAsked, setAsked] = useState(false);
  return (
    <Button
      {...button}
      color="red"
      variant={isAsked ? 'filled' : 'subtle'}
      onClick={() => (isAsked ? onSure() : setAsked(true))}
      onBlur={() => setAsked(false)}
    >
      {isAsked ? t('common.sure') : label}
    </Button>
  );
}
