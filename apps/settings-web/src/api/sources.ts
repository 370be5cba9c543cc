import type { PbxSource } from '@perezvon/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useAccountPath } from './account';
import { get, send } from './http';

export type SourceKind = PbxSource['kind'];
export const sourceKinds: readonly SourceKind[] = ['uis', 'itoolabs', 'canonical'];

export interface SourceView extends Omit<PbxSource, 'secretHash' | 'pull'> {
  /** How the vendor is asked for lost events; its token is never read back. Null: it is not. */
  readonly pull: { readonly enabled: boolean; readonly url: string } | null;
  /** For the PBX's cabinet; `{secret}` stands for the secret. */
  readonly addresses: { readonly events: string; readonly route: string | null };
}

/** The token only when it is a new one. */
export interface PullChange {
  readonly enabled: boolean;
  readonly url: string;
  readonly token?: string;
}

export type SourceChange = Partial<
  Pick<PbxSource, 'instance' | 'timeZone' | 'settleDelaySec' | 'ringLimitSec' | 'routeFallback' | 'fieldMap'>
> & { readonly pull?: PullChange | null };

export function useSources() {
  const path = useAccountPath();
  return useQuery({
    queryKey: [path, 'pbx-sources'],
    queryFn: async ({ signal }) => (await get<{ items: SourceView[] }>(`${path}/pbx-sources`, signal)).items,
  });
}

/** A source with its secret, which is in this answer and nowhere else. */
export type SourceWithSecret = SourceView & { readonly secret: string };

export function useAddSource() {
  const path = useAccountPath();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (kind: SourceKind) =>
      (await send<SourceWithSecret>(`${path}/pbx-sources`, { method: 'POST', body: { kind } })).body,
    onSuccess: () => client.invalidateQueries({ queryKey: [path, 'pbx-sources'] }),
  });
}

export function useEditSource(sourceId: string) {
  const path = useAccountPath();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (changed: SourceChange & { readonly rotateSecret?: boolean }) => {
      const place = `${path}/pbx-sources/${sourceId}`;
      return (await send<SourceView & { secret?: string }>(place, { method: 'PATCH', body: changed })).body;
    },
    onSuccess: () => client.invalidateQueries({ queryKey: [path, 'pbx-sources'] }),
  });
}

export function useDeleteSource() {
  const path = useAccountPath();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (sourceId: string) => send(`${path}/pbx-sources/${sourceId}`, { method: 'DELETE' }),
    onSuccess: () => client.invalidateQueries({ queryKey: [path, 'pbx-sources'] }),
  });
}
