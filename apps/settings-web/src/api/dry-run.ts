import type { CellName, EffectName, IntegrationSettings } from '@perezvon/contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useAccountPath } from './account';
import { send } from './http';

/** A call as a person describes it. */
export interface DescribedCall {
  readonly direction: 'in' | 'out';
  readonly outcome: 'answered' | 'missed';
  readonly clientKnown: boolean;
  readonly phone: string | null;
}

export interface Foreseen {
  readonly cell: CellName | null;
  readonly cellName: string | null;
  readonly effects: readonly {
    readonly effect: EffectName;
    readonly moment: 'answer' | 'end';
    readonly ruleIds: readonly string[];
    readonly text: string;
  }[];
  readonly reasons: readonly { readonly ruleId: string; readonly code: string; readonly text: string }[];
}

export interface Rehearsal {
  readonly call: { readonly callId: string | null; readonly phone: string | null; readonly startedAt: string };
  /** By the saved settings. */
  readonly now: Foreseen;
  /** By the draft. */
  readonly then: Foreseen;
  readonly differences: readonly { readonly kind: string; readonly effect: EffectName; readonly text: string }[];
}

export interface DryRun {
  readonly isActive: boolean;
  readonly items: readonly Rehearsal[];
}

/** Asks the rules themselves what they would make of a call by a draft; nothing is written. */
export function useForesight(call: DescribedCall, draft: IntegrationSettings) {
  const path = useAccountPath();
  return useQuery({
    queryKey: [path, 'dry-run', call, draft],
    queryFn: async ({ signal }) =>
      (await send<DryRun>(`${path}/dry-run`, { method: 'POST', body: { call, settings: draft }, signal })).body,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 30_000,
  });
}

/** The same over the newest real calls. */
export function useReplay(count: number, draft: IntegrationSettings, isWanted: boolean) {
  const path = useAccountPath();
  return useQuery({
    queryKey: [path, 'dry-run', count, draft],
    queryFn: async ({ signal }) =>
      (await send<DryRun>(`${path}/dry-run`, { method: 'POST', body: { last: count, settings: draft }, signal })).body,
    enabled: isWanted,
    placeholderData: keepPreviousData,
    gcTime: 30_000,
  });
}
