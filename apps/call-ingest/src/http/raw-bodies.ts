import { type NestExpressApplication } from '@nestjs/platform-express';
import { type NextFunction, type Request, type Response } from 'express';

/**
 * The door wants a request's bytes, whatever their type says and whether they parse: signatures are over bytes, cabinets
 * send JSON as text, and a body that nobody can read must be stored as rejected instead of refused.
 */
export function takeRawBodies(app: NestExpressApplication, limitBytes: number): void {
  app.useBodyParser('raw', { type: () => true, limit: limitBytes });
  app.use('/v1/pbx', (error: unknown, request: Request, _response: Response, next: NextFunction): void => {
    const isUnreadable = isParseFailure(error) && 'rawBody' in request;
    next(isUnreadable ? undefined : error);
  });
}

function isParseFailure(error: unknown): boolean {
  return error instanceof Error && 'type' in error && error.type === 'entity.parse.failed';
}
