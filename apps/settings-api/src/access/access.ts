import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { type Request } from 'express';

/** Roles inside an account, the least first: each may do what those before it may. */
export const accountRoles = ['viewer', 'operator', 'account_admin'] as const;
export type AccountRole = (typeof accountRoles)[number];

/** By whom a change was made, as the audit keeps it. */
export interface Actor {
  readonly kind: 'user' | 'api_key' | 'platform_key' | 'service';
  /** Of the user or key; null: the key of the environment has none. */
  readonly id: string | null;
  readonly name: string;
}

/** Who asks. Everybody but a platform admin sees one account only. */
export type Principal =
  | { readonly role: 'platform_admin'; readonly accountId: null; readonly actor: Actor }
  | { readonly role: AccountRole; readonly accountId: string; readonly actor: Actor };

export const accessKey = 'settings-api:access';

/** Whom a route lets in: everybody, whoever is known to us, platform admins, or those of an account with this role. */
export type Access = 'public' | 'known' | 'platform' | AccountRole;

/** Without a key or a session. */
export const ForEverybody = (): MethodDecorator & ClassDecorator => allow('public');

/** For whoever has a valid key or session. */
export const ForKnown = (): MethodDecorator & ClassDecorator => allow('known');

/** For platform admins only. */
export const ForPlatform = (): MethodDecorator & ClassDecorator => allow('platform');

/** For those of the account that the path names as `:accountId` who have at least this role, and for platform admins. */
export const ForAccount = (least: AccountRole): MethodDecorator & ClassDecorator => allow(least);

function allow(access: Access): MethodDecorator & ClassDecorator {
  return applyDecorators(SetMetadata(accessKey, access));
}

export function hasRole(role: AccountRole, least: AccountRole): boolean {
  return accountRoles.indexOf(role) >= accountRoles.indexOf(least);
}

/** The account in the path. The guard has seen that the caller may use it; whether it exists is the use case's matter. */
export const AccountId = createParamDecorator((_data: unknown, context: ExecutionContext): string => {
  const accountId = context.switchToHttp().getRequest<Request>().params['accountId'];
  if (typeof accountId !== 'string') throw new Error('the route has no :accountId');
  return accountId;
});

const callers = new WeakMap<Request, Principal>();

/** The guard's part of {@link Caller}. */
export function rememberCaller(request: Request, principal: Principal): void {
  callers.set(request, principal);
}

/** Who asks, as the guard found out. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext): Principal => {
  const principal = callers.get(context.switchToHttp().getRequest<Request>());
  if (principal === undefined) throw new Error('a public route has no caller');
  return principal;
});
