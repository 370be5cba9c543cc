import { Center, Text } from '@mantine/core';
import { type ReactNode } from 'react';

interface RingProps {
  /** Of the whole, clockwise from the top; `color` is one of the theme. */
  readonly shares: readonly { readonly share: number; readonly color: string }[];
  /** In the middle. */
  readonly children: ReactNode;
}

/** Parts of a whole for the eye alone: the numbers stand beside it. Mantine's own ring brings 6 kB of tooltips along. */
export function Ring({ shares, children }: RingProps) {
  const stops = shares.map(({ share, color }, index) => {
    const before = shares.slice(0, index).reduce((sum, each) => sum + each.share, 0);
    return `var(--mantine-color-${color}-filled) ${turn(before)} ${turn(before + share)}`;
  });
  const rest = `var(--mantine-color-default-border) ${turn(shares.reduce((sum, { share }) => sum + share, 0))} 1turn`;
  return (
    <Center className="ring" style={{ background: `conic-gradient(${[...stops, rest].join(', ')})` }} aria-hidden>
      <Center className="ring-middle">
        <Text size="xl" fw={700}>
          {children}
        </Text>
      </Center>
    </Center>
  );
}

const turn = (share: number): string => `${share.toFixed(4)}turn`;
