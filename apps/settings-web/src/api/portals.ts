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

/** Where the address of a connected portal changes: whose the new one is. */
export type AddressOf = 'same' | 'another';

export interface PortalDraft {
  readonly name: string | null;
  readonly url: string;
  /** Empty: the stored token stays. */
  readonly token: string;
  readonly account: AddressOf | null;
  /** The person knows that what waits for the old account is stopped. */
  readonly parkWaiting: boolean;
}

/**
 * Adds a portal with its token, or changes one. A portal without a working token is still a portal; for a token that cannot
 * be one nothing is stored. A move to another amoCRM account answers with another portal, and changes settings and mapping too.
 */
export function useSavePortal(portal: PortalView | null) {
  const path = useAccountPath();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ name, url, token, account, parkWaiting }: PortalDraft): Promise<PortalView> => {
      const given = token === '' ? {} : { longLivedToken: token };
      if (portal !== null) {
        const moved =
          url === portal.url ? {} : { url, ...(account && { account }), ...(parkWaiting && { parkWaiting }) };
        const body = { name, ...moved, ...given };
        return (await send<PortalView>(`${path}/portals/${portal.portalId}`, { method: 'PATCH', body })).body;
      }
      return (await send<PortalView>(`${path}/portals`, { method: 'POST', body: { name, url, ...given } })).body;
    },
    // Also when no answer came: it may have been done.
    onSettled: async (saved) => {
      await client.invalidateQueries({ queryKey: [path, 'portals'] });
      if (portal === null || saved === undefined || saved.portalId === portal.portalId) return;
      await client.invalidateQueries({ queryKey: [path, 'integration'] });
      await client.invalidateQueries({ queryKey: [path, 'mapping'] });
    },
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
