import type { Portal } from '@perezvon/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useAccountPath } from './account';
import { get, send } from './http';

export interface PortalView {
  readonly portalId: string;
  readonly name: string | null;
  /** Canonical origin, such as `https://demo.amocrm.ru`. */
  readonly url: string;
  readonly hasCredentials: boolean;
}

/** What amoCRM has, as it was last read. */
export interface CrmView extends Pick<Portal, 'pipelines' | 'users' | 'taskTypes' | 'readAt' | 'stop'> {
  readonly ageSec: number | null;
}

/** What people call a portal: its name, else its host. */
export const portalTitle = ({ name, url }: PortalView): string => name ?? url.replace(/^https?:\/\//, '');

export function usePortals() {
  const path = useAccountPath();
  return useQuery({
    queryKey: [path, 'portals'],
    queryFn: async ({ signal }) => (await get<{ items: PortalView[] }>(`${path}/portals`, signal)).items,
  });
}

export function useCrm(portalId: string | null) {
  const path = useAccountPath();
  return useQuery({
    queryKey: [path, 'portals', portalId, 'crm'],
    queryFn: ({ signal }) => get<CrmView>(`${path}/portals/${String(portalId)}/crm`, signal),
    enabled: portalId !== null,
    // A portal that was just connected is read within seconds, an old copy is good for longer.
    refetchInterval: ({ state }) => (state.data?.readAt == null ? 2_000 : 60_000),
  });
}

export interface PortalDraft {
  readonly name: string | null;
  readonly url: string;
  /** Empty: the stored token stays. */
  readonly token: string;
}

/** Adds or changes a portal, then stores its token. A portal without a working token is still a portal. */
export function useSavePortal(portal: PortalView | null) {
  const path = useAccountPath();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ name, url, token }: PortalDraft): Promise<PortalView> => {
      const place = portal === null ? `${path}/portals` : `${path}/portals/${portal.portalId}`;
      const body = portal !== null && url === portal.url ? { name } : { name, url };
      const saved = (await send<PortalView>(place, { method: portal === null ? 'POST' : 'PATCH', body })).body;
      if (token !== '') {
        const credentials = `${path}/portals/${saved.portalId}/credentials`;
        await send(credentials, { method: 'PUT', body: { longLivedToken: token } });
      }
      return saved;
    },
    // Also after a refused token: the portal itself may stand.
    onSettled: () => client.invalidateQueries({ queryKey: [path, 'portals'] }),
  });
}

export function useDeletePortal() {
  const path = useAccountPath();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ portalId, deactivate }: { portalId: string; deactivate: boolean }) =>
      send(`${path}/portals/${portalId}${deactivate ? '?deactivate=true' : ''}`, { method: 'DELETE' }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: [path, 'portals'] });
      await client.invalidateQueries({ queryKey: [path, 'integration'] });
    },
  });
}

/** Leads to amoCRM's consent page. */
export function useAuthorization() {
  const path = useAccountPath();
  return useMutation({
    mutationFn: async (portalId: string) =>
      (await send<{ url: string }>(`${path}/portals/${portalId}/authorization`, { method: 'POST' })).body.url,
    onSuccess: (url) => window.location.assign(url),
  });
}
