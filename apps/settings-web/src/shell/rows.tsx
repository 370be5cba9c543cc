import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

interface RowsProps {
  /** Px that the columns need beside each other; where there is less the table is scrolled sideways. */
  readonly minWidth: number;
  readonly highlightOnHover?: boolean;
  readonly children: ReactNode;
}

/** A table whose rows stand as cards on a phone: a cell's `data-label` then says what its column's head would have. */
export function Rows({ minWidth, highlightOnHover = false, children }: RowsProps) {
  return (
    <Table.ScrollContainer minWidth={minWidth} className="rows">
      <Table verticalSpacing="xs" highlightOnHover={highlightOnHover}>
        {children}
      </Table>
    </Table.ScrollContainer>
  );
}
