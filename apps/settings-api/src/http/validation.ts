import { type ArgumentMetadata, Injectable, type PipeTransform, ValidationPipe } from '@nestjs/common';
import { type FieldProblem, type Localized, Problem } from '@perezvon/service';
import { type ClassConstructor, plainToInstance } from 'class-transformer';
import { validate, ValidateIf, type ValidationError, type ValidatorOptions } from 'class-validator';
import { fieldName, named } from '../naming/field-names.js';
import { calledOf } from './called.js';

const strict: ValidatorOptions = {
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: true,
  // Its class says what a field is called.
  validationError: { target: true },
};

/** Null is refused where the field cannot be taken away. */
export const IfGiven = (): PropertyDecorator => ValidateIf((_body: object, value: unknown) => value !== undefined);

/** Bodies and queries are taken only if every field is known, and right. */
export function requestValidation(): ValidationPipe {
  return new ValidationPipe({
    ...strict,
    transform: true,
    exceptionFactory: (errors) => refused(errors.flatMap((error) => fieldProblems(error))),
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
    if (!Array.isArray(body)) throw invalid([problem('', 'isArray')]);
    if (body.length > this.maxLength) {
      throw invalid([problem('', 'arrayMaxSize', String(this.maxLength))]);
    }
    const items: Item[] = [];
    const problems: FieldProblem[] = [];
    for (const [index, plain] of (body as unknown[]).entries()) {
      if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) {
        problems.push(named(problem(String(index), 'isObject')));
        continue;
      }
      const item = plainToInstance(this.itemClass, plain);
      const errors = await validate(item, strict);
      problems.push(...errors.flatMap((error) => fieldProblems(error, `${index}.`)));
      items.push(item);
    }
    if (problems.length > 0) throw refused(problems);
    return items;
  }
}

/** 422 with everything that is wrong, each at its path and by its field's name. */
export function invalid(errors: readonly FieldProblem[]): Problem {
  return refused(errors.map((error) => named(error)));
}

/** The same of problems that name their fields already. */
function refused(errors: readonly FieldProblem[]): Problem {
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
  const found = Object.entries(error.constraints ?? {}).map(([constraint, text]) => {
    const hint = error.contexts?.[constraint] as Localized | undefined;
    return named(problem(path, constraint, text, hint), calledOf(error.target, error.property) ?? fieldName(path));
  });
  // What is of another type has no length and no size; of a list, one element may be so and another too long.
  const isOfList = Object.values(error.constraints ?? {}).some((text) => text.startsWith('each value'));
  const ofType = isOfList ? [] : found.filter(({ code }) => code === 'wrong_type' || code === 'not_a_date');
  const children = (error.children ?? []).flatMap((child) => fieldProblems(child, `${path}.`));
  return [...(ofType.length > 0 ? ofType : found), ...children];
}

interface Constraint {
  readonly code: string;
  /** @param limit what the constraint's text names: a number, or the values that there are */
  readonly words: (limit: string) => Localized;
}
const always = (code: string, ru: string, en: string): Constraint => ({ code, words: () => ({ ru, en }) });
const limited = (code: string, words: Constraint['words']): Constraint => ({ code, words });
const oneOf = limited('unknown_value', (values) => ({
  ru: `Такого значения нет. Есть: ${values}.`,
  en: `There is no such value. There are: ${values}.`,
}));
const tooShort: Constraint['words'] = (limit) =>
  limit === '1'
    ? { ru: 'Не может быть пустым.', en: 'Must not be empty.' }
    : { ru: `Не короче ${limit} символов.`, en: `At least ${limit} characters.` };

/** class-validator's constraint → our stable code and the sentence. */
const constraints: Readonly<Record<string, Constraint>> = {
  arrayMaxSize: limited('too_many', (n) => ({ ru: `Не больше ${n} элементов.`, en: `No more than ${n} elements.` })),
  isArray: always('wrong_type', 'Нужен список.', 'A list is needed.'),
  isBoolean: always('wrong_type', 'Нужно значение да или нет (true, false).', 'Yes or no is needed (true, false).'),
  isDate: always('not_a_date', 'Нужны дата и время по ISO 8601.', 'A date and time by ISO 8601 is needed.'),
  isEmail: always('not_email', 'Это не адрес электронной почты.', 'This is no e-mail address.'),
  isEnum: oneOf,
  isIn: oneOf,
  isInt: always('wrong_type', 'Нужно целое число.', 'A whole number is needed.'),
  isObject: always('wrong_type', 'Нужен объект.', 'An object is needed.'),
  isString: always('wrong_type', 'Нужен текст.', 'A text is needed.'),
  isTextMap: limited('wrong_type', (n) => ({
    ru: `Нужен объект с текстами не длиннее ${n} символов.`,
    en: `An object of texts of at most ${n} characters is needed.`,
  })),
  isUuid: always('not_uuid', 'Нужен идентификатор UUID.', 'A UUID is needed.'),
  matches: always('wrong_form', 'Неверный вид значения.', 'The value has another form than it should.'),
  max: limited('too_large', (n) => ({ ru: `Не больше ${n}.`, en: `No more than ${n}.` })),
  maxDate: always('too_large', 'Дата слишком поздняя.', 'The date is too late.'),
  maxLength: limited('too_long', (n) => ({ ru: `Не длиннее ${n} символов.`, en: `At most ${n} characters.` })),
  min: limited('too_small', (n) => ({ ru: `Не меньше ${n}.`, en: `No less than ${n}.` })),
  minDate: always('too_small', 'Дата слишком ранняя.', 'The date is too early.'),
  minLength: limited('too_short', tooShort),
  nestedValidation: always('wrong_type', 'Нужен объект.', 'An object is needed.'),
  whitelistValidation: always('unknown_field', 'Такого поля нет.', 'There is no such field.'),
};

/** @param hint says more than the constraint does, where a field has one */
function problem(path: string, constraint: string, text = '', hint?: Localized): FieldProblem {
  const known = constraints[constraint];
  const [, values, number = ''] = /following values: (.*)$|(\d+)/.exec(text) ?? [];
  const message = hint ?? known?.words(values ?? number) ?? { ru: 'Неверное значение.', en: text };
  return { path, code: known?.code ?? 'wrong_value', message };
}
