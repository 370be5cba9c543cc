import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useAccountPath } from './account';
import { get, send } from './http';

/** One change of the account's settings: what, who, when, and the difference in words. */
export interface AuditLine {
  readonly revision: number;
  readonly at: string;
  readonly actor: { readonly kind: string; readonly name: string };
  readonly text: string;
  readonly differences: readonly { readonly text: string }[];
  /** How many more there were. */
  readonly differencesUntold: number;
  readonly canBeRestored: boolean;
}

interface Page {
  readonly items: readonly AuditLine[];
  readonly nextCursor: string | null;
}

export function useAudit() {
  const path = useAccountPath();
  return useInfiniteQuery({
    queryKey: [path, 'audit'],
    queryFn: ({ pageParam, signal }) => get<Page>(`${path}/audit${pageParam ? `?cursor=${pageParam}` : ''}`, signal),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
}

/** Puts the settings back to what they were after a revision; everything on the page is read anew. */
export function useRestore() {
  const path = useAccountPath();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (revision: number) => send(`${path}/audit/${String(revision)}/restore`, { method: 'POST' }),
    onSuccess: () => client.invalidateQueries({ queryKey: [path] }),
  });
}
