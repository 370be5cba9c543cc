import { Alert, Anchor, List, Stack } from '@mantine/core';
import { IconAlertCircle, IconInfoCircle } from '@tabler/icons-react';
import { createContext, useContext, useEffect, type ReactNode } from 'react';
import { atItsField, type FieldProblem } from '../api/http';
import { useTranslation } from '../i18n/use-translation';

/** One thing to mend; `path` is the field's place in the settings document. */
export interface Problem extends Pick<FieldProblem, 'path' | 'message' | 'field'> {
  readonly isWarning: boolean;
}

const ProblemsContext = createContext<readonly Problem[]>([]);

export function ProblemsProvider({ problems, children }: { problems: readonly Problem[]; children: ReactNode }) {
  return <ProblemsContext value={problems}>{children}</ProblemsContext>;
}

/** What is wrong at one field, for its own error line; undefined = nothing. */
export function useProblemAt(path: string): string | undefined {
  const problems = useContext(ProblemsContext);
  const found = problems.find((problem) => problem.path === path && !problem.isWarning);
  return found && atItsField(found);
}

export const fieldId = (path: string): string => `field-${path.replaceAll('.', '-')}`;

/** All of them in one place at the top, each a jump to its field. */
export function ProblemList({ problems }: { readonly problems: readonly Problem[] }) {
  const { t } = useTranslation();
  const errors = problems.filter(({ isWarning }) => !isWarning);
  const warnings = problems.filter(({ isWarning }) => isWarning);
  if (problems.length === 0) return null;
  return (
    <Stack gap="xs">
      {errors.length > 0 && (
        <Alert
          color="red"
          icon={<IconAlertCircle />}
          title={t('settings.problems.title', { count: errors.length })}
          role="alert"
        >
          <Jumps problems={errors} />
        </Alert>
      )}
      {warnings.length > 0 && (
        <Alert color="yellow" icon={<IconInfoCircle />} title={t('settings.problems.warning')}>
          <Jumps problems={warnings} />
        </Alert>
      )}
    </Stack>
  );
}

function Jumps({ problems }: { readonly problems: readonly Problem[] }) {
  return (
    <List size="sm">
      {problems.map(({ path, message }) => (
        <List.Item key={`${path} ${message}`}>
          <Anchor
            component="button"
            type="button"
            size="sm"
            c="inherit"
            ta="left"
            underline="always"
            // A button of several lines stands by its last one; its bullet belongs to the first.
            style={{ verticalAlign: 'top' }}
            onClick={() => jumpTo(path)}
          >
            {message}
          </Anchor>
        </List.Item>
      ))}
    </List>
  );
}

/** To the field itself, or to the nearest part of the page that holds it (`employees.3` → `employees`). */
export function jumpTo(path: string): void {
  const parts = path.split('.');
  for (let length = parts.length; length > 0; length -= 1) {
    const element = document.getElementById(fieldId(parts.slice(0, length).join('.')));
    if (element === null) continue;
    show(element, 'center');
    return;
  }
}

/** Brings the part of the page that its address names (`/settings#mapping`) into sight, once the page stands. */
export function useNamedPart(): void {
  useEffect(() => {
    const element = document.getElementById(window.location.hash.slice(1));
    if (element !== null) show(element, 'start');
  }, []);
}

function show(element: HTMLElement, block: ScrollLogicalPosition): void {
  element.scrollIntoView({ behavior: 'smooth', block });
  element.focus({ preventScroll: true });
}
