import type { PortalStatus, RejectedItem, ReplayOutcome, SourceActivity, WaitingEffect } from '@perezvon/contracts';
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useAccountPath } from './account';
import { get, send } from './http';
import type { PortalView } from './portals';

/** Why something is not written now, in the reader's language. */
export interface Condition {
  readonly kind: 'stop' | 'trouble' | 'limit' | 'parked' | 'notice';
  readonly code: string;
  readonly text: string;
  readonly advice: string;
  readonly waiting: number;
  readonly since: string;
  readonly until: string | null;
}

export interface AccountStatus {
  readonly isActive: boolean;
  /** The worst thing in one sentence, in the reader's language. */
  readonly health: { readonly level: 'ok' | 'warning' | 'error' | 'off'; readonly text: string };
  readonly portals: readonly (PortalView & {
    readonly isChosen: boolean;
    readonly status: PortalStatus | null;
    readonly conditions: readonly Condition[];
  })[];
  /** What waits for a person, also of portals that are gone. */
  readonly parked: readonly Condition[];
  readonly activity: SourceActivity | null;
  /** Calls that are not decided yet, by what they wait for; null: nobody can tell now. */
  readonly waitingCalls:
    readonly { readonly state: string; readonly text: string; readonly count: number; readonly since: string }[] | null;
  /** Talks of the last week whose end never came. */
  readonly callsWithoutEnd: {
    readonly count: number;
    readonly since: string;
    readonly callIds: readonly string[];
    readonly text: string;
    readonly advice: string;
  } | null;
  readonly problems: { readonly blocking: number; readonly broken: number; readonly warnings: number };
}

export type EffectView = WaitingEffect & { readonly text: string };

interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** What changes by itself while a person looks at it. */
const refetchInterval = 5_000;

export function useStatus() {
  const path = useAccountPath();
  return useQuery({
    queryKey: [path, 'status'],
    queryFn: ({ signal }) => get<AccountStatus>(`${path}/status`, signal),
    refetchInterval,
  });
}

export function useEffects(state: string | null) {
  const path = useAccountPath();
  return useInfiniteQuery({
    queryKey: [path, 'effects', state],
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams({ ...(state && { state }), ...(pageParam && { cursor: pageParam }) });
      return get<Page<EffectView>>(`${path}/effects?${query.toString()}`, signal);
    },
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: keepPreviousData,
    refetchInterval,
  });
}

/** Retry or discard of one effect; the list is read anew after it. */
export function useEffectAction(action: 'retry' | 'discard') {
  const path = useAccountPath();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (effectId: string) => send(`${path}/effects/${effectId}/${action}`, { method: 'POST' }),
    onSuccess: () => client.invalidateQueries({ queryKey: [path, 'effects'] }),
  });
}

export function useRejected() {
  const path = useAccountPath();
  return useInfiniteQuery({
    queryKey: [path, 'rejected'],
    queryFn: ({ pageParam, signal }) =>
      get<Page<RejectedItem>>(`${path}/rejected${pageParam ? `?cursor=${pageParam}` : ''}`, signal),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
}

export function useReplay() {
  const path = useAccountPath();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (rejectedId: string) =>
      (await send<ReplayOutcome>(`${path}/rejected/${rejectedId}/replay`, { method: 'POST' })).body,
    onSuccess: () => client.invalidateQueries({ queryKey: [path, 'rejected'] }),
  });
}
