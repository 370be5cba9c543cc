import { Body, Controller, Get, Headers, HttpCode, Post, Put, Res } from '@nestjs/common';
import { type IntegrationSettings } from '@perezvon/contracts';
import { languageOf, toldIn, type ToldProblem } from '@perezvon/service';
import { type Response } from 'express';
import { AccountId, ForAccount } from '../access/access.js';
import { etagOf, expectedRevision } from '../http/etag.js';
import { type List, wholeList } from '../http/list.js';
import { readFilteredNumbers, type UnderstoodLine } from './filtered-numbers.js';
import { FilterLinesDto, IntegrationDto } from './integration.dto.js';
import { Integration, type Severity } from './integration.js';

interface ProblemView extends ToldProblem {
  readonly severity: Severity;
}

/** How the filtered numbers were read (R8): what each line was taken for, and which lines repeat another. */
interface UnderstoodNumbers {
  readonly understood: readonly UnderstoodLine[];
  readonly repeated: readonly UnderstoodLine[];
}

/** The same with the lines that would keep a list from being saved. */
interface ReadNumbers extends UnderstoodNumbers {
  readonly wrong: readonly { readonly line: string; readonly code: string; readonly message: string }[];
}

@Controller('api/v1/accounts/:accountId/integration')
@ForAccount('viewer')
export class IntegrationController {
  constructor(private readonly integration: Integration) {}

  @Get()
  async get(
    @AccountId() accountId: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<IntegrationSettings> {
    const { body, revision } = await this.integration.get(accountId);
    response.set('ETag', etagOf(revision));
    return body;
  }

  @ForAccount('operator')
  @Put()
  async put(
    @AccountId() accountId: string,
    @Body() sent: IntegrationDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<IntegrationSettings & { understood: { incoming: UnderstoodNumbers; outgoing: UnderstoodNumbers } }> {
    const { body, revision, filteredNumbers } = await this.integration.put(accountId, sent, expectedRevision(ifMatch));
    response.set('ETag', etagOf(revision));
    const { incoming, outgoing } = filteredNumbers;
    return {
      ...body,
      understood: {
        incoming: { understood: incoming.understood, repeated: incoming.repeated },
        outgoing: { understood: outgoing.understood, repeated: outgoing.repeated },
      },
    };
  }

  /** What pasted lines of a filter would be taken for. Saves nothing. */
  @ForAccount('operator')
  @Post('filtered-numbers')
  @HttpCode(200)
  async readNumbers(
    @AccountId() accountId: string,
    @Body() { lines }: FilterLinesDto,
    @Headers('accept-language') acceptLanguage: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReadNumbers> {
    // An account that is not there has no filters.
    await this.integration.get(accountId);
    const language = languageOf(acceptLanguage);
    response.set('Content-Language', language);
    const { understood, repeated, wrong } = readFilteredNumbers(lines, 'lines');
    return {
      understood,
      repeated,
      wrong: wrong.map(({ line, code, message }) => ({ line, code, message: message[language] })),
    };
  }

  @Get('problems')
  async problems(
    @AccountId() accountId: string,
    @Headers('accept-language') acceptLanguage: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<List<ProblemView>> {
    const language = languageOf(acceptLanguage);
    response.set('Content-Language', language);
    const problems = await this.integration.problems(accountId);
    return wholeList(problems.map((problem) => ({ ...toldIn(language, problem), severity: problem.severity })));
  }
}
