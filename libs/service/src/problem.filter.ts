import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { type Request, type Response } from 'express';
import { type Logger } from './log.js';
import { languageOf, type Localized, Problem, type ProblemOptions, toldIn } from './problem.js';

/** Status → what is said of it, for errors that Nest, Express or the body parser raise. */
const generalProblems: Readonly<Record<number, { code: string; message: Localized }>> = {
  400: { code: 'bad_request', message: { ru: 'Запрос составлен неверно.', en: 'The request is malformed.' } },
  401: {
    code: 'unauthorized',
    message: { ru: 'Нужен действующий ключ доступа.', en: 'A valid access key is required.' },
  },
  403: { code: 'forbidden', message: { ru: 'Недостаточно прав.', en: 'You may not do this.' } },
  404: { code: 'not_found', message: { ru: 'Не найдено.', en: 'Not found.' } },
  405: { code: 'method_not_allowed', message: { ru: 'Метод не поддерживается.', en: 'Method not allowed.' } },
  413: {
    code: 'payload_too_large',
    message: { ru: 'Тело запроса слишком велико.', en: 'The request body is too large.' },
  },
  415: {
    code: 'unsupported_media_type',
    message: { ru: 'Этот тип содержимого не поддерживается.', en: 'This content type is not supported.' },
  },
  429: {
    code: 'too_many_requests',
    message: { ru: 'Слишком много запросов. Повторите позже.', en: 'Too many requests. Try again later.' },
  },
  503: {
    code: 'unavailable',
    message: { ru: 'Сервис временно недоступен. Повторите позже.', en: 'Temporarily unavailable. Try again later.' },
  },
};

const internalError: ProblemOptions = {
  status: 500,
  code: 'internal_error',
  message: { ru: 'Внутренняя ошибка. Она записана в журнал сервиса.', en: 'Internal error. It has been logged.' },
};

/** Every error of an HTTP door as RFC 9457. What we did not expect is logged and answered without detail. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    const problem = problemOf(error);
    if (problem.status >= 500) this.logger.error({ err: error, method: request.method }, 'request failed');
    if (response.headersSent) {
      response.destroy();
      return;
    }
    sendProblem(request, response, problem);
  }
}

/** Writes a problem where Nest's filters do not reach, such as in an Express middleware. */
export function sendProblem(request: Request, response: Response, problem: ProblemOptions): void {
  const language = languageOf(request.headers['accept-language']);
  response
    .status(problem.status)
    .set('Content-Language', language)
    .set('Vary', 'Accept-Language')
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: 'about:blank',
        title: problem.message[language],
        status: problem.status,
        code: problem.code,
        errors: (problem.errors ?? []).map((error) => toldIn(language, error)),
        ...problem.extra,
      }),
    );
}

function problemOf(error: unknown): ProblemOptions {
  if (error instanceof Problem) return error.details;
  const status = statusOf(error);
  const general = status === undefined ? undefined : generalProblems[status];
  if (status !== undefined && general !== undefined) return { status, ...general };
  if (status !== undefined && status >= 400 && status < 500) {
    return { status, code: 'bad_request', message: generalProblems[400]!.message };
  }
  return internalError;
}

/** Nest's exceptions, and those of Express and its body parser, which carry a `status`. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  if (error instanceof Error && 'status' in error && typeof error.status === 'number') return error.status;
  return undefined;
}
