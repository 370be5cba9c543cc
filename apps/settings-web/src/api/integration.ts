import type { IntegrationSettings } from '@perezvon/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { get, send, type Answer, type FieldProblem } from './http';
import { useAccountPath } from './account';

export interface IntegrationProblem extends FieldProblem {
  /** `broken`/`missing` keep it from working; a warning does not. */
  readonly severity: string;
}

/** How one pasted line of a filter was read (rules.md R8). */
export interface UnderstoodLine {
  readonly line: string;
  readonly number: string;
}

interface UnderstoodNumbers {
  readonly understood: readonly UnderstoodLine[];
  readonly repeated: readonly UnderstoodLine[];
}

/** What pasted lines would be taken for. */
export interface ReadNumbers extends UnderstoodNumbers {
  readonly wrong: readonly { readonly line: string; readonly message: string }[];
}

export type SavedIntegration = IntegrationSettings & {
  readonly understood: { readonly incoming: UnderstoodNumbers; readonly outgoing: UnderstoodNumbers };
};

export function useIntegration() {
  const path = useAccountPath();
  return useQuery({
    queryKey: [path, 'integration'],
    queryFn: ({ signal }) => send<IntegrationSettings>(`${path}/integration`, { signal }),
    // A form is not changed under the hands of the person who fills it in.
    staleTime: Infinity,
  });
}

export function useIntegrationProblems() {
  const path = useAccountPath();
  return useQuery({
    queryKey: [path, 'integration', 'problems'],
    queryFn: async ({ signal }) =>
      (await get<{ items: IntegrationProblem[] }>(`${path}/integration/problems`, signal)).items,
    refetchInterval: 15_000,
  });
}

/** Lines as pasted; nothing is saved. */
export function useReadNumbers() {
  const path = useAccountPath();
  return useMutation({
    mutationFn: async (pasted: string) =>
      (await send<ReadNumbers>(`${path}/integration/filtered-numbers`, { method: 'POST', body: { lines: [pasted] } }))
        .body,
  });
}

export function useSaveIntegration() {
  const path = useAccountPath();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ draft, etag }: { draft: IntegrationSettings; etag: string | null }) =>
      send<SavedIntegration>(`${path}/integration`, { method: 'PUT', body: draft, ifMatch: etag }),
    onSuccess: async ({ body: { understood: _, ...body }, etag }) => {
      client.setQueryData<Answer<IntegrationSettings>>([path, 'integration'], { body, etag });
      await Promise.all([
        client.invalidateQueries({ queryKey: [path, 'integration', 'problems'] }),
        // What differs from the saved settings differs from other ones now.
        client.resetQueries({ queryKey: [path, 'dry-run'] }),
      ]);
    },
  });
}
