import { type NestExpressApplication } from '@nestjs/platform-express';
import { type NextFunction, type Request, type Response } from 'express';

/**
 * A body that cannot be read (no JSON, an unknown charset, a broken compression) is a question nobody can answer, and gets
 * the answer for those (R13: always 200). One that is too large is refused: it is an attack, not a question.
 */
export function answerUnreadableQuestions(app: NestExpressApplication): void {
  app.use('/v1/route', (error: unknown, request: Request, _response: Response, next: NextFunction): void => {
    if (!isUnreadable(error)) {
      next(error);
      return;
    }
    request.body = undefined;
    next();
  });
}

/** How body-parser says that it is the sender's fault. */
function isUnreadable(error: unknown): boolean {
  return error instanceof Error && 'status' in error && (error.status === 400 || error.status === 415);
}
