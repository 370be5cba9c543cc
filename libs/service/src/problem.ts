import { HttpException } from '@nestjs/common';

/** One message in the two languages that our users read. */
export interface Localized {
  readonly ru: string;
  readonly en: string;
}
export type Language = keyof Localized;

/** What is wrong with one field. */
export interface FieldProblem {
  /** Where in the request's body: `incoming.cells.answeredUnknown.pipelineId`, `filteredNumbers.3`. */
  readonly path: string;
  /** Stable, for programs. */
  readonly code: string;
  readonly message: Localized;
  /** The field in words, where `message` begins with it and a colon. */
  readonly field?: Localized;
}

/** A field's problem as it is sent. */
export interface ToldProblem {
  readonly path: string;
  readonly code: string;
  readonly message: string;
  /** What `message` begins with, before ": "; absent: it names no field, or names it within. */
  readonly field?: string;
}

export function toldIn(language: Language, { path, code, message, field }: FieldProblem): ToldProblem {
  return { path, code, message: message[language], ...(field !== undefined && { field: field[language] }) };
}

export interface ProblemOptions {
  readonly status: number;
  /** Stable, for programs: `portal_in_use`. */
  readonly code: string;
  /** Says what is wrong and what to do about it. */
  readonly message: Localized;
  readonly errors?: readonly FieldProblem[];
  /** Further members of the body, such as what waits. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** An answer to the person who asked, as RFC 9457 `application/problem+json`; `ProblemFilter` writes it. */
export class Problem extends HttpException {
  readonly code: string;

  constructor(readonly details: ProblemOptions) {
    super(details.message.en, details.status);
    this.name = 'Problem';
    this.code = details.code;
  }
}

/** The language of `Accept-Language` that we speak and the caller wants most; Russian if it says nothing. */
export function languageOf(acceptLanguage: string | undefined): Language {
  let best: { language: Language; quality: number } | undefined;
  for (const part of (acceptLanguage ?? '').split(',')) {
    const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
    const language = tag.split('-')[0]?.trim();
    if (language !== 'ru' && language !== 'en') continue;
    const weight = parameters.map((each) => /^\s*q=([\d.]+)/.exec(each)?.[1]).find((each) => each !== undefined);
    const quality = weight === undefined ? 1 : Number(weight);
    if (quality > (best?.quality ?? 0)) best = { language, quality };
  }
  return best?.language ?? 'ru';
}
