import { Body, Controller, Headers, HttpCode, Post, Res } from '@nestjs/common';
import { type CallFacts } from '@perezvon/calls';
import { languageOf, type Localized, toldIn } from '@perezvon/service';
import { Type } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { type Response } from 'express';
import { AccountId, ForAccount } from '../access/access.js';
import { IfGiven, invalid } from '../http/validation.js';
import { IntegrationDto } from '../integration/integration.dto.js';
import { effectNames, reasonWords } from '../journal/effect-words.js';
import { cellName } from '../journal/story-words.js';
import { named } from '../naming/field-names.js';
import { DryRun, type DryRunResult, type Rehearsal } from './dry-run.js';
import { type Foreseen } from './foresee.js';
import { intentWords } from './intent-words.js';

export class DescribedCallDto {
  @IsIn(['in', 'out'])
  direction!: 'in' | 'out';

  /** In any spelling; null or absent: the number is hidden. */
  @IsOptional()
  @IsString()
  @MaxLength(50)
  phone?: string | null;

  @IsIn(['answered', 'missed'])
  outcome!: 'answered' | 'missed';

  /** Whether amoCRM has a card with this number. */
  @IfGiven()
  @IsBoolean()
  clientKnown?: boolean;

  @IfGiven()
  @IsInt()
  @Min(1)
  @Max(86_400)
  talkSec?: number;

  /** Who took or made the call. */
  @IsOptional()
  @IsUUID()
  employeeId?: string | null;
}

export class DryRunDto {
  @IfGiven()
  @ValidateNested()
  @Type(() => DescribedCallDto)
  call?: DescribedCallDto;

  /** Instead of a described call: the newest real ones. */
  @IfGiven()
  @IsInt()
  @Min(1)
  @Max(100)
  last?: number;

  /** Settings that were not saved, as `PUT /integration` takes them; absent: the saved ones. */
  @IfGiven()
  @ValidateNested()
  @Type(() => IntegrationDto)
  settings?: IntegrationDto;
}

@Controller('api/v1/accounts/:accountId/dry-run')
@ForAccount('viewer')
export class DryRunController {
  constructor(private readonly dryRun: DryRun) {}

  @Post()
  @HttpCode(200)
  async run(
    @AccountId() accountId: string,
    @Body() { call, last, settings }: DryRunDto,
    @Headers('accept-language') acceptLanguage: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReturnType<typeof view>> {
    if ((call === undefined) === (last === undefined)) throw oneOfTwo();
    const language = languageOf(acceptLanguage);
    response.set('Content-Language', language);
    const result =
      call === undefined
        ? await this.dryRun.replay(accountId, last ?? 1, settings)
        : await this.dryRun.describe(
            accountId,
            {
              ...call,
              phone: call.phone ?? null,
              clientKnown: call.clientKnown ?? false,
              talkSec: call.talkSec ?? 60,
              employeeId: call.employeeId?.toLowerCase() ?? null,
            },
            settings,
          );
    return view(result, language);
  }
}

function view(result: DryRunResult, language: keyof Localized) {
  return {
    isActive: result.isActive,
    problems: result.problems.map((each) => toldIn(language, named(each))),
    items: result.rehearsals.map((rehearsal) => rehearsalView(rehearsal, result, language)),
  };
}

function rehearsalView(rehearsal: Rehearsal, { portal }: DryRunResult, language: keyof Localized) {
  const { callId, facts, clientKnown, now, then } = rehearsal;
  const foreseen = (what: Foreseen) => foreseenView(what, facts, portal, language);
  return {
    call: {
      callId,
      direction: facts.direction,
      phone: facts.client.e164 ?? facts.client.raw,
      startedAt: facts.startedAt,
      clientKnown,
    },
    now: foreseen(now),
    then: foreseen(then),
    differences: rehearsal.differences.map(({ kind, effect }) => ({
      kind,
      effect,
      text: `${differenceWords[kind][language]}: ${effectNames[effect][language]}`,
    })),
  };
}

function foreseenView(
  { cell, effects, reasons, isIncomplete }: Foreseen,
  facts: CallFacts,
  portal: DryRunResult['portal'],
  language: keyof Localized,
) {
  return {
    cell,
    cellName: cell === null ? null : cellName(cell, facts.direction)[language],
    isIncomplete,
    effects: effects.map(({ effect, moment, ruleIds, intent }) => ({
      effect,
      moment,
      ruleIds,
      text: intentWords(intent, portal)[language],
    })),
    reasons: [
      ...(isIncomplete ? [{ ruleId: 'R1', code: 'cell_incomplete', text: incompleteWords[language] }] : []),
      ...reasons.map((reason) => ({
        ruleId: reason.ruleId,
        code: reason.code,
        text: reasonWords(reason)[language],
      })),
    ],
  };
}

const differenceWords: Readonly<Record<Rehearsal['differences'][number]['kind'], Localized>> = {
  added: { ru: 'Появится', en: 'Would be added' },
  removed: { ru: 'Не будет создано', en: 'Would not be made any more' },
  changed: { ru: 'Изменится', en: 'Would change' },
};

const incompleteWords: Localized = {
  ru: 'Правило включено, но заполнено не до конца: выберите действие, воронку и этап',
  en: 'The rule is on but not complete: choose the action, the pipeline and the stage',
};

function oneOfTwo() {
  return invalid([
    {
      path: 'call',
      code: 'missing',
      message: {
        ru: 'Опишите звонок (call) или укажите число последних звонков (last).',
        en: 'Describe a call (call) or give the number of the newest ones (last).',
      },
    },
  ]);
}
