import type { CallDirection, CallOutcome, EffectName, EffectState } from '@perezvon/contracts';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useAccountPath } from './account';
import { get } from './http';

export const journalStates = ['in_progress', 'waiting', 'parked', 'done', 'ignored', 'end_unknown'] as const;

/** One call of the journal's list (settings-api, journal). */
export interface CallLine {
  readonly callId: string;
  readonly pbxCallId: string;
  readonly startedAt: string;
  readonly direction: CallDirection;
  readonly phone: string | null;
  readonly virtualNumber: string | null;
  readonly outcome: CallOutcome | null;
  readonly talkSec: number | null;
  readonly employee: string | null;
  readonly cell: string | null;
  readonly state: string;
  readonly effects: readonly {
    readonly effect: EffectName;
    readonly state: EffectState;
    readonly reason: string | null;
  }[];
}

export interface StoryLine {
  readonly at: string;
  readonly kind: 'event' | 'routing' | 'decision' | 'reason' | 'lookup' | 'operation' | 'state';
  readonly text: string;
  readonly ruleId: string | null;
  readonly links: readonly { readonly text: string; readonly url: string }[];
}

export interface CallStory extends CallLine {
  readonly recordUrls: readonly string[];
  readonly lines: readonly StoryLine[];
}

export interface CallSearch {
  readonly from?: string;
  readonly to?: string;
  readonly phone?: string;
  readonly direction?: string;
  readonly outcome?: string;
  readonly state?: string;
}

const searchFields: ReadonlySet<string> = new Set<keyof CallSearch>([
  'from',
  'to',
  'phone',
  'direction',
  'outcome',
  'state',
]);
export const isSearchField = (name: string): boolean => searchFields.has(name);

/** A day in numbers (settings-api, journal totals). */
export interface CallTotals {
  readonly calls: number;
  readonly byOutcome: readonly { readonly outcome: CallOutcome | null; readonly count: number }[];
  /** Counted from the day's first hour; hours without calls are left out. */
  readonly byHour: readonly { readonly hour: number; readonly byOutcome: CallTotals['byOutcome'] }[];
  readonly made: readonly { readonly effect: EffectName; readonly count: number }[];
}

/** The day of the reader's own clock, counted by the service however many calls it had. */
export function useTotalsToday() {
  const path = useAccountPath();
  return useQuery({
    queryKey: [path, 'calls', 'totals'],
    queryFn: ({ signal }) => {
      const midnight = new Date();
      midnight.setHours(0, 0, 0, 0);
      return get<CallTotals>(`${path}/calls/totals?from=${midnight.toISOString()}`, signal);
    },
    refetchInterval: 5_000,
  });
}

/** Whether any call has been written to amoCRM yet. */
export function useHasWritten() {
  const path = useAccountPath();
  return useQuery({
    queryKey: [path, 'calls', 'written'],
    queryFn: async ({ signal }) => (await pageOfCalls(path, { state: 'done' }, '', 1, signal)).items.length > 0,
    refetchInterval: 5_000,
  });
}

interface Page {
  readonly items: readonly CallLine[];
  readonly nextCursor: string | null;
}

export function pageOfCalls(path: string, search: CallSearch, cursor: string, limit: number, signal?: AbortSignal) {
  const query = new URLSearchParams({ ...search, limit: String(limit), ...(cursor !== '' && { cursor }) });
  return get<Page>(`${path}/calls?${query.toString()}`, signal);
}

export function useCalls(search: CallSearch) {
  const path = useAccountPath();
  return useInfiniteQuery({
    queryKey: [path, 'calls', search],
    queryFn: ({ pageParam, signal }) => pageOfCalls(path, search, pageParam, 50, signal),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    // The list of the last search stands until that of the new one is there.
    placeholderData: keepPreviousData,
    // A person who watches a test call sees it arrive.
    refetchInterval: 5_000,
  });
}

export function useStory(callId: string) {
  const path = useAccountPath();
  return useQuery({
    queryKey: [path, 'calls', 'story', callId],
    queryFn: ({ signal }) => get<CallStory>(`${path}/calls/${encodeURIComponent(callId)}`, signal),
    refetchInterval: 5_000,
  });
}
