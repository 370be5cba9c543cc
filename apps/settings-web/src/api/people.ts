import type { PbxEmployee } from '@perezvon/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useAccountPath } from './account';
import { ApiProblem, get, send, type Answer } from './http';

/** One amoCRM user per employee (rules.md R14). */
export interface MappingEntry {
  readonly employeeId: string;
  readonly crmUserId: number;
}

export interface MappingSuggestion extends MappingEntry {
  readonly by: 'email' | 'phone' | 'name';
}

export function useEmployees() {
  const path = useAccountPath();
  return useQuery({
    queryKey: [path, 'employees'],
    queryFn: ({ signal }) => send<PbxEmployee[]>(`${path}/employees`, { signal }),
  });
}

export function useMapping() {
  const path = useAccountPath();
  return useQuery({
    queryKey: [path, 'mapping'],
    queryFn: ({ signal }) => send<MappingEntry[]>(`${path}/mapping`, { signal }),
    staleTime: Infinity,
  });
}

export function useMappingSuggestions() {
  const path = useAccountPath();
  return useQuery({
    queryKey: [path, 'mapping', 'suggestions'],
    queryFn: async ({ signal }) =>
      (await get<{ items: MappingSuggestion[] }>(`${path}/mapping/suggestions`, signal)).items,
  });
}

export function useSaveMapping() {
  const path = useAccountPath();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ mapping, etag }: { mapping: readonly MappingEntry[]; etag: string | null }) =>
      send<MappingEntry[]>(`${path}/mapping`, { method: 'PUT', body: mapping, ifMatch: etag }),
    onSuccess: async (answer) => {
      client.setQueryData<Answer<MappingEntry[]>>([path, 'mapping'], answer);
      await client.invalidateQueries({ queryKey: [path, 'integration', 'problems'] });
    },
  });
}

export type NewEmployee = Pick<PbxEmployee, 'name' | 'ext' | 'login' | 'email' | 'phones' | 'pbxId'>;

/** Whom the PBX named in its events and nobody has added yet. */
export function useDiscovered() {
  const path = useAccountPath();
  return useQuery({
    queryKey: [path, 'employees', 'discovered'],
    queryFn: async ({ signal }) => {
      const { items } = await get<{ items: DiscoveredEmployee[] }>(`${path}/employees/discovered`, signal);
      return items;
    },
    refetchInterval: 5_000,
  });
}

export interface DiscoveredEmployee {
  readonly pbxId: string | null;
  readonly login: string | null;
  readonly ext: string | null;
  readonly phone: string | null;
  readonly name: string | null;
}

export function useAddEmployees() {
  const path = useAccountPath();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (added: readonly NewEmployee[]) => {
      const { body, etag } = await send<PbxEmployee[]>(`${path}/employees`);
      const sending = { method: 'PUT', body: [...body, ...added], ifMatch: etag } as const;
      return send<PbxEmployee[]>(`${path}/employees`, sending).catch((error: unknown) => {
        throw error instanceof ApiProblem ? error.from(body.length) : error;
      });
    },
    onSuccess: async (answer) => {
      client.setQueryData<Answer<PbxEmployee[]>>([path, 'employees'], answer);
      await client.invalidateQueries({ queryKey: [path, 'employees', 'discovered'] });
      await client.invalidateQueries({ queryKey: [path, 'mapping', 'suggestions'] });
    },
  });
}
