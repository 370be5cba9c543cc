import { queryOptions, useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { ApiProblem, get, send, setCsrfToken } from './http';

export type Role = 'platform_admin' | 'account_admin' | 'operator' | 'viewer';

export interface Session {
  readonly role: Role;
  /** Null: a platform admin, who chooses an account. */
  readonly accountId: string | null;
  readonly accountName: string | null;
  /** As in the list of users. */
  readonly userId: string | null;
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

/** The service has said since that the session is over, in answer to something else. */
const overQuery = queryOptions({
  queryKey: ['session', 'over'],
  queryFn: () => false,
  initialData: false,
  staleTime: Infinity,
});

export const useIsSessionOver = () => useQuery(overQuery).data;

/** To be told of every failure of a request, whatever it was for. */
export function noticeEndOfSession(client: QueryClient, error: Error): void {
  if (error instanceof ApiProblem && error.code === 'unauthorized') client.setQueryData(overQuery.queryKey, true);
}

export function useLogin() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (given: { login: string; password: string }) =>
      remembered((await send<Session>('/session', { method: 'POST', body: given })).body),
    onSuccess: async (session) => {
      client.setQueryData(sessionQuery.queryKey, session);
      if (client.getQueryData(overQuery.queryKey) !== true) return;
      client.setQueryData(overQuery.queryKey, false);
      await client.invalidateQueries({ predicate: ({ queryKey: [first] }) => first !== 'session' });
    },
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
    mutationFn: async () => {
      await send('/session', { method: 'DELETE' }).catch((error: unknown) => {
        // Whose session is over already is out.
        if (!(error instanceof ApiProblem) || error.code !== 'unauthorized') throw error;
      });
    },
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
