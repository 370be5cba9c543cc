import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useAccountPath } from './account';
import { get, send } from './http';

/** How long calls stay in the journal (settings-api, journal). */
export interface Retention {
  readonly days: number;
  /** Null: the account follows the platform. */
  readonly ownDays: number | null;
  readonly defaultDays: number;
  readonly leastDays: number;
  readonly mostDays: number;
}

export function useRetention() {
  const path = useAccountPath();
  return useQuery({
    queryKey: [path, 'journal-retention'],
    queryFn: ({ signal }) => get<Retention>(`${path}/journal-retention`, signal),
  });
}

export function useRetentionChange() {
  const path = useAccountPath();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (days: number | null) =>
      (await send<Retention>(`${path}/journal-retention`, { method: 'PUT', body: { days } })).body,
    onSuccess: (retention) => client.setQueryData([path, 'journal-retention'], retention),
  });
}
