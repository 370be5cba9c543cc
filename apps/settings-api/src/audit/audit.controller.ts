import {
  Controller,
  Get,
  Headers,
  HttpCode,
  Param,
  ParseIntPipe,
  Post,
  Query,
  Res,
  NotFoundException,
} from '@nestjs/common';
import { languageOf } from '@perezvon/service';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { type Response } from 'express';
import { AccountId, ForAccount } from '../access/access.js';
import { type List } from '../http/list.js';
import { PageSizeDto } from '../http/page.dto.js';
import { Audit, type AuditLine } from './audit.js';
import { changeNames } from './change-names.js';
import { differenceInWords } from './difference-words.js';
import { type SettingsDifference } from './differences.js';

class AuditPageDto extends PageSizeDto {
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  cursor = Number.MAX_SAFE_INTEGER;
}

interface AuditView extends Omit<AuditLine, 'differences'> {
  readonly text: string;
  readonly differences: readonly (SettingsDifference & { readonly text: string })[];
}

/** A revision that is no whole number names nothing. */
function revisionOrNotFound(): ParseIntPipe {
  return new ParseIntPipe({ exceptionFactory: () => new NotFoundException() });
}

@Controller('api/v1/accounts/:accountId/audit')
@ForAccount('viewer')
export class AuditController {
  constructor(private readonly audit: Audit) {}

  @Get()
  async list(
    @AccountId() accountId: string,
    @Query() { limit, cursor }: AuditPageDto,
    @Headers('accept-language') acceptLanguage: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<List<AuditView>> {
    const language = languageOf(acceptLanguage);
    response.set('Content-Language', language);
    const { items, nextCursor } = await this.audit.list(accountId, limit, cursor);
    const names = await this.audit.names(accountId);
    const view = (line: AuditLine): AuditView => ({
      ...line,
      text: [changeNames[line.change][language], ...(line.subject === null ? [] : [line.subject])].join(': '),
      differences: line.differences.map((each) => ({ ...each, text: differenceInWords(each, language, names) })),
    });
    return { items: items.map(view), nextCursor };
  }

  @Post(':revision/restore')
  @HttpCode(204)
  @ForAccount('operator')
  async restore(
    @AccountId() accountId: string,
    @Param('revision', revisionOrNotFound()) revision: number,
  ): Promise<void> {
    if (!Number.isSafeInteger(revision)) throw new NotFoundException();
    await this.audit.restore(accountId, revision);
  }
}
