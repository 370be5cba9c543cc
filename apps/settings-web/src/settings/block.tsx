import { Card, Title } from '@mantine/core';
import { type ReactNode } from 'react';

interface BlockProps {
  readonly id: string;
  readonly title: string;
  readonly children: ReactNode;
}

/** One block of the vendor's page. */
export function Block({ id, title, children }: BlockProps) {
  return (
    <Card
      component="section"
      id={id}
      tabIndex={-1}
      aria-labelledby={`${id}-title`}
      withBorder
      padding="lg"
      className="problem-target"
    >
      <Title order={3} size="h4" id={`${id}-title`} mb="md">
        {title}
      </Title>
      {children}
    </Card>
  );
}
