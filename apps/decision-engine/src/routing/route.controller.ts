import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  HttpException,
  Inject,
  Param,
  Post,
  Query,
  Req,
  type RawBodyRequest,
} from '@nestjs/common';
import { INTERNAL_API_KEY, isSameSecret, parseJson, SourceLimiter, withDeadline } from '@perezvon/service';
import type { Request } from 'express';
import { AnswerRoutes } from './answer-routes.js';
import { PbxSources } from './pbx-sources.js';
import { NO_ANSWER, routeAnswer, unauthorised, type RouteAnswer } from './route-answer.js';
import { ROUTE_LOGGER, type RouteLogger } from './route-logger.js';
import { questionIn } from './route-question.js';
import { OWN_BRANCH, uisAnswer, uisQuestion, type UisAnswer } from './uis-dialect.js';

/** The caller hears nothing meanwhile; the PBX's own time-out is longer (reference/pbx-events.md §4.10). */
const BUDGET_MS = 1_000;

type Parameters = Readonly<Record<string, unknown>>;

/**
 * The personal manager's door (rules.md R13). Every answer is 200 with valid JSON, also when it is we who failed: the
 * caller then goes on by the PBX's own scenario. Only a stranger at `POST /v1/route` is told so, and nothing else.
 */
@Controller('v1/route')
export class RouteController {
  constructor(
    private readonly routes: AnswerRoutes,
    private readonly sources: PbxSources,
    private readonly limiter: SourceLimiter,
    @Inject(INTERNAL_API_KEY) private readonly internalKey: string,
    @Inject(ROUTE_LOGGER) private readonly logger: RouteLogger,
  ) {}

  /** Asked by our own adapters with the internal key, or by an account's PBX with the secret of its source. */
  @Post()
  @HttpCode(200)
  canonical(@Headers('authorization') authorization: string | undefined, @Body() body: unknown): Promise<RouteAnswer> {
    const question = questionIn(body);
    return this.orElse(NO_ANSWER, async () => {
      const secret = /^bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? '';
      const isOurs = isSameSecret(secret, this.internalKey);
      const source = isOurs || question === null ? null : await this.sources.ofAccount(question.accountId, secret);
      if (!isOurs && source === null) throw unauthorised();
      if (question === null) return NO_ANSWER;
      const asking = source?.source.sourceId ?? `${question.accountId}|${question.source}`;
      if (!this.limiter.tryTake(asking, Date.now())) return NO_ANSWER;
      return routeAnswer(await this.routes.answer(question));
    });
  }

  @Get('uis/:sourceId/:secret')
  uisGet(
    @Param('sourceId') sourceId: string,
    @Param('secret') secret: string,
    @Query() query: Parameters,
  ): Promise<UisAnswer> {
    return this.uis(sourceId, secret, query);
  }

  @Post('uis/:sourceId/:secret')
  @HttpCode(200)
  uisPost(
    @Param('sourceId') sourceId: string,
    @Param('secret') secret: string,
    @Query() query: Parameters,
    @Req() request: RawBodyRequest<Request>,
  ): Promise<UisAnswer> {
    return this.uis(sourceId, secret, { ...query, ...postedIn(request) });
  }

  private uis(sourceId: string, secret: string, parameters: Parameters): Promise<UisAnswer> {
    return this.orElse(OWN_BRANCH, async () => {
      const asking = await this.sources.uis(sourceId, secret);
      if (asking === null || !this.limiter.tryTake(asking.source.sourceId, Date.now())) return OWN_BRANCH;
      const routed = await this.routes.answer(uisQuestion(asking, parameters));
      return uisAnswer(routed, asking.source);
    });
  }

  private async orElse<Answer>(fallback: Answer, work: () => Promise<Answer>): Promise<Answer> {
    try {
      return await withDeadline(BUDGET_MS, 'a routing answer', work);
    } catch (error) {
      if (error instanceof HttpException) throw error;
      this.logger.warn({ err: error }, 'a routing question could not be answered: the PBX goes on by its scenario');
      return fallback;
    }
  }
}

/** A form, or JSON whose numbers are read from the bytes: as the parser has them, two ids of 64 bits may be one. */
function postedIn({ body, rawBody, headers }: RawBodyRequest<Request>): Parameters {
  const isJson = rawBody !== undefined && /\bjson\b/i.test(headers['content-type'] ?? '');
  const posted: unknown = isJson ? parseJson(rawBody.toString('utf8')) : body;
  return isObject(posted) ? posted : {};
}

const isObject = (value: unknown): value is Parameters => typeof value === 'object' && value !== null;
