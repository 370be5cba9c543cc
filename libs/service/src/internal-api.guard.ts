import { type CanActivate, type ExecutionContext, Inject, Injectable, UnauthorizedException } from '@nestjs/common';
import { type Request } from 'express';
import { isSameSecret } from './secrets.js';

/** Nest's token for the key that {@link InternalApiGuard} asks for. */
export const INTERNAL_API_KEY = Symbol('INTERNAL_API_KEY');

/**
 * Lets in the other services only: `Authorization: Bearer <INTERNAL_API_KEY>`. In the module and on the controller:
 *
 *     providers: [{ provide: INTERNAL_API_KEY, useValue: config.internalKey }]
 *     @UseGuards(InternalApiGuard) class …
 */
@Injectable()
export class InternalApiGuard implements CanActivate {
  constructor(@Inject(INTERNAL_API_KEY) private readonly key: string) {
    // An empty key would let in anyone who sends an empty bearer.
    if (key.length < 16) throw new Error('INTERNAL_API_KEY must have at least 16 characters');
  }

  canActivate(context: ExecutionContext): boolean {
    const header = context.switchToHttp().getRequest<Request>().headers.authorization ?? '';
    const [scheme, key] = [header.slice(0, 7), header.slice(7)];
    if (scheme.toLowerCase() === 'bearer ' && isSameSecret(key, this.key)) return true;
    throw new UnauthorizedException();
  }
}
