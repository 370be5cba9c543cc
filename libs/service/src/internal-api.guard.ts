import { type CanActivate, type ExecutionContext, Injectable, UnauthorizedException } from '@nestjs/common';
import { type Request } from 'express';
import { isSameSecret } from './secrets.js';

/**
 * Lets in the other services only: `Authorization: Bearer <INTERNAL_API_KEY>`. Bind it with a factory:
 *
 *     { provide: InternalApiGuard, useFactory: () => new InternalApiGuard(config.internalApiKey) }
 *     @UseGuards(InternalApiGuard) class …
 */
@Injectable()
export class InternalApiGuard implements CanActivate {
  constructor(private readonly key: string) {
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
