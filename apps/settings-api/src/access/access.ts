import { createHash } from 'node:crypto';
import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { type Request } from 'express';

/** Who asks. An account's admin sees that account only; operator and viewer come with users (issue 7). */
export type Principal =
  { readonly role: 'platform_admin' } | { readonly role: 'account_admin'; readonly accountId: string };

export const accessKey = 'settings-api:access';
export type Access = 'platform' | 'account';

/** For platform admins only. */
export const ForPlatform = (): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(accessKey, 'platform' satisfies Access));

/** For the admins of the account that the path names as `:accountId`, and for platform admins. */
export const ForAccount = (): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(accessKey, 'account' satisfies Access));

/** The account in the path. The guard has seen that the caller may use it; whether it exists is the use case's matter. */
export const AccountId = createParamDecorator((_data: unknown, context: ExecutionContext): string => {
  const accountId = context.switchToHttp().getRequest<Request>().params['accountId'];
  if (typeof accountId !== 'string') throw new Error('the route has no :accountId');
  return accountId;
});

/** How keys are stored. They are 256 random bits, so a plain hash is as good as a slow one. */
export function hashOfKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
