import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useAccountPath } from './account';
import { get, send } from './http';
import type { Role } from './session';

export type AccountRole = Exclude<Role, 'platform_admin'>;
export const accountRoles: readonly AccountRole[] = ['account_admin', 'operator', 'viewer'];

export interface UserView {
  readonly userId: string;
  readonly login: string;
  readonly name: string;
  readonly role: Role;
  readonly isDisabled: boolean;
  readonly lastLoginAt: string | null;
}

export interface ApiKeyView {
  readonly keyId: string;
  readonly name: string;
  readonly role: AccountRole;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
}

export interface NewUser {
  readonly name: string;
  readonly login: string;
  readonly password: string;
  readonly role: AccountRole;
}

export function useUsers() {
  const path = useAccountPath();
  return useQuery({
    queryKey: [path, 'users'],
    queryFn: async ({ signal }) => (await get<{ items: UserView[] }>(`${path}/users`, signal)).items,
  });
}

export function useApiKeys() {
  const path = useAccountPath();
  return useQuery({
    queryKey: [path, 'api-keys'],
    queryFn: async ({ signal }) => (await get<{ items: ApiKeyView[] }>(`${path}/api-keys`, signal)).items,
  });
}

/** A change of users or keys; the list is read anew after it. */
function useChange<Given, Answer>(list: 'users' | 'api-keys', change: (path: string, given: Given) => Promise<Answer>) {
  const path = useAccountPath();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (given: Given) => change(`${path}/${list}`, given),
    onSuccess: () => client.invalidateQueries({ queryKey: [path, list] }),
  });
}

export const useAddUser = () =>
  useChange('users', (path, user: NewUser) => send<UserView>(path, { method: 'POST', body: user }));

export const useEditUser = () =>
  useChange(
    'users',
    (path, { userId, ...changed }: { userId: string; role?: AccountRole; isDisabled?: boolean; password?: string }) =>
      send<UserView>(`${path}/${userId}`, { method: 'PATCH', body: changed }),
  );

export const useDeleteUser = () =>
  useChange('users', (path, userId: string) => send(`${path}/${userId}`, { method: 'DELETE' }));

/** The key itself is in this answer and nowhere else. */
export const useAddApiKey = () =>
  useChange('api-keys', async (path, given: { name: string; role: AccountRole }) => {
    const { body } = await send<{ keyId: string; key: string }>(path, { method: 'POST', body: given });
    return body.key;
  });

export const useDeleteApiKey = () =>
  useChange('api-keys', (path, keyId: string) => send(`${path}/${keyId}`, { method: 'DELETE' }));
