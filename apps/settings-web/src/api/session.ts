import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiProblem, get, send, setCsrfToken } from './http';

export type Role = 'platform_admin' | 'account_admin' | 'operator' | 'viewer';

export interface Session {
  readonly role: Role;
  /** Null: a platform admin, who chooses an account. */
  readonly accountId: string | null;
  readonly accountName: string | null;
  readonly name: string;
  readonly csrfToken: string | null;
}

const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }): Promise<Session | null> => {
    try {
      return remembered(await get<Session>('/session', signal));
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: Infinity,
});

/** Who is logged in; null = nobody. */
export const useSession = () => useQuery(sessionQuery);

export function useLogin() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (given: { login: string; password: string }) =>
      remembered((await send<Session>('/session', { method: 'POST', body: given })).body),
    onSuccess: (session) => client.setQueryData(sessionQuery.queryKey, session),
  });
}

/** The caller's own. The other sessions of the person end; this one goes on under a new token. */
export function useOwnPassword() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (given: { currentPassword: string; newPassword: string }) =>
      remembered((await send<Session>('/session/password', { method: 'PUT', body: given })).body),
    onSuccess: (session) => client.setQueryData(sessionQuery.queryKey, session),
  });
}

export function useLogout() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => send('/session', { method: 'DELETE' }),
    onSuccess: () => {
      setCsrfToken(null);
      client.clear();
      client.setQueryData(sessionQuery.queryKey, null);
    },
  });
}

function remembered(session: Session): Session {
  setCsrfToken(session.csrfToken);
  return session;
}
