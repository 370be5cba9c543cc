import { type ArgumentMetadata, Injectable, type PipeTransform, ValidationPipe } from '@nestjs/common';
import { type FieldProblem, type Localized, Problem } from '@perezvon/service';
import { type ClassConstructor, plainToInstance } from 'class-transformer';
import { validate, ValidateIf, type ValidationError, type ValidatorOptions } from 'class-validator';

const strict: ValidatorOptions = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true };

/** Null is refused where the field cannot be taken away. */
export const IfGiven = (): PropertyDecorator => ValidateIf((_body: object, value: unknown) => value !== undefined);

/** Bodies and queries are taken only if every field is known, and right. */
export function requestValidation(): ValidationPipe {
  return new ValidationPipe({
    ...strict,
    transform: true,
    exceptionFactory: (errors) => invalid(errors.flatMap((error) => fieldProblems(error))),
  });
}

/** A body that is a list: `@Body(new ListOf(EmployeeDto, 10_000)) employees: EmployeeDto[]`. */
@Injectable()
export class ListOf<Item extends object> implements PipeTransform<unknown, Promise<Item[]>> {
  constructor(
    readonly itemClass: ClassConstructor<Item>,
    readonly maxLength: number,
  ) {}

  async transform(body: unknown, _metadata: ArgumentMetadata): Promise<Item[]> {
    if (!Array.isArray(body)) throw invalid([problem('', 'isArray', 'must be a list')]);
    if (body.length > this.maxLength) {
      throw invalid([problem('', 'arrayMaxSize', `must contain no more than ${this.maxLength} elements`)]);
    }
    const items: Item[] = [];
    const problems: FieldProblem[] = [];
    for (const [index, plain] of (body as unknown[]).entries()) {
      if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) {
        problems.push(problem(String(index), 'isObject', 'must be an object'));
        continue;
      }
      const item = plainToInstance(this.itemClass, plain);
      const errors = await validate(item, strict);
      problems.push(...errors.flatMap((error) => fieldProblems(error, `${index}.`)));
      items.push(item);
    }
    if (problems.length > 0) throw invalid(problems);
    return items;
  }
}

/** 422 with everything that is wrong, each at its path. */
export function invalid(errors: readonly FieldProblem[]): Problem {
  return new Problem({
    status: 422,
    code: 'invalid',
    message: {
      ru: 'Запрос не принят: исправьте указанные поля.',
      en: 'Not accepted: mend the fields that are named.',
    },
    errors,
  });
}

function fieldProblems(error: ValidationError, prefix = ''): FieldProblem[] {
  const path = prefix + error.property;
  const own = Object.entries(error.constraints ?? {}).map(([constraint, text]) => problem(path, constraint, text));
  return [...own, ...(error.children ?? []).flatMap((child) => fieldProblems(child, `${path}.`))];
}

/** class-validator's constraint → our stable code and the Russian sentence; `limit` is the number its text names. */
const constraints: Readonly<Record<string, { code: string; ru: (limit: string) => string }>> = {
  arrayMaxSize: { code: 'too_many', ru: (limit) => `Не больше ${limit} элементов.` },
  isArray: { code: 'wrong_type', ru: () => 'Нужен список.' },
  isBoolean: { code: 'wrong_type', ru: () => 'Нужно значение да или нет (true, false).' },
  isDate: { code: 'not_a_date', ru: () => 'Нужны дата и время по ISO 8601.' },
  isEmail: { code: 'not_email', ru: () => 'Это не адрес электронной почты.' },
  isEnum: { code: 'unknown_value', ru: () => 'Такого значения нет.' },
  isIn: { code: 'unknown_value', ru: () => 'Такого значения нет.' },
  isInt: { code: 'wrong_type', ru: () => 'Нужно целое число.' },
  isObject: { code: 'wrong_type', ru: () => 'Нужен объект.' },
  isString: { code: 'wrong_type', ru: () => 'Нужен текст.' },
  isTextMap: { code: 'wrong_type', ru: (limit) => `Нужен объект с текстами не длиннее ${limit} символов.` },
  isUuid: { code: 'not_uuid', ru: () => 'Нужен идентификатор UUID.' },
  matches: { code: 'wrong_form', ru: () => 'Неверный вид значения.' },
  max: { code: 'too_large', ru: (limit) => `Не больше ${limit}.` },
  maxDate: { code: 'too_large', ru: () => 'Дата слишком поздняя.' },
  maxLength: { code: 'too_long', ru: (limit) => `Не длиннее ${limit} символов.` },
  min: { code: 'too_small', ru: (limit) => `Не меньше ${limit}.` },
  minDate: { code: 'too_small', ru: () => 'Дата слишком ранняя.' },
  minLength: { code: 'too_short', ru: (limit) => `Не короче ${limit} символов.` },
  nestedValidation: { code: 'wrong_type', ru: () => 'Нужен объект.' },
  whitelistValidation: { code: 'unknown_field', ru: () => 'Такого поля нет.' },
};

function problem(path: string, constraint: string, text: string): FieldProblem {
  const known = constraints[constraint];
  const message: Localized = { ru: known?.ru(/\d+/.exec(text)?.[0] ?? '') ?? 'Неверное значение.', en: text };
  return { path, code: known?.code ?? 'wrong_value', message };
}
