import { type NestExpressApplication } from '@nestjs/platform-express';
import { type NextFunction, type Request, type Response } from 'express';

/** A body that does not parse is a question nobody can answer, and gets the answer for those (R13: always 200). */
export function answerUnreadableQuestions(app: NestExpressApplication): void {
  app.use('/v1/route', (error: unknown, request: Request, _response: Response, next: NextFunction): void => {
    if (!isParseFailure(error)) {
      next(error);
      return;
    }
    request.body = undefined;
    next();
  });
}

function isParseFailure(error: unknown): boolean {
  return error instanceof Error && 'type' in error && error.type === 'entity.parse.failed';
}
