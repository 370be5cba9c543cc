import { type Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage } from 'class-validator';

/** A JSON Schema (2020-12), as far as our documents use it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

interface Rule {
  readonly name: string;
  readonly constraints: readonly unknown[];
  readonly each: boolean;
}

/**
 * The schema of a body or query as its class-validator decorators say it, so that what is published is what is checked.
 * Nested classes are written in place: the documents are small.
 */
export function schemaOfDto(dto: Type): JsonSchema {
  const byProperty = new Map<string, Rule[]>();
  for (const { propertyName, name, type, constraints, each } of getMetadataStorage().getTargetValidationMetadatas(
    dto,
    '',
    false,
    false,
  )) {
    const rule: Rule = { name: name ?? type, constraints: constraints ?? [], each };
    byProperty.set(propertyName, [...(byProperty.get(propertyName) ?? []), rule]);
  }
  const properties = Object.fromEntries([...byProperty].map(([name, rules]) => [name, property(dto, name, rules)]));
  const required = [...byProperty].filter(([, rules]) => !rules.some(isOptional)).map(([name]) => name);
  return {
    type: 'object',
    properties,
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}

/** `@IsOptional` takes null for absent; `@IfGiven` takes absence only. */
const isOptional = ({ name }: Rule): boolean => name === 'isOptional' || name === 'conditionalValidation';

function property(dto: Type, name: string, rules: readonly Rule[]): JsonSchema {
  const own = rules.filter((rule) => !rule.each);
  const ofItems = rules.filter((rule) => rule.each);
  const plain: JsonSchema = {
    ...own.reduce<JsonSchema>((schema, rule) => ({ ...schema, ...keywords(rule, dto, name) }), {}),
    ...(ofItems.length > 0 && {
      items: ofItems.reduce<JsonSchema>((schema, rule) => ({ ...schema, ...keywords(rule, dto, name) }), {}),
    }),
  };
  const takesNull = own.some((rule) => rule.name === 'isOptional');
  return takesNull ? { anyOf: [plain, { type: 'null' }] } : plain;
}

/** What a decorator asks, in the words of JSON Schema. */
function keywords({ name, constraints: [first] }: Rule, dto: Type, propertyName: string): JsonSchema {
  switch (name) {
    case 'isString':
      return { type: 'string' };
    case 'isBoolean':
      return { type: 'boolean' };
    case 'isInt':
      return { type: 'integer' };
    case 'isArray':
      return { type: 'array' };
    case 'isDate':
      return { type: 'string', format: 'date-time' };
    case 'isTextMap':
      return { type: 'object', additionalProperties: { type: 'string', maxLength: 100 } };
    case 'isUuid':
      return { type: 'string', format: 'uuid' };
    case 'isEmail':
      return { type: 'string', format: 'email' };
    case 'isIn':
      return { enum: first };
    case 'min':
      return { minimum: first };
    case 'max':
      return { maximum: first };
    case 'minLength':
      return { minLength: first };
    case 'maxLength':
      return { maxLength: first };
    case 'arrayMaxSize':
      return { maxItems: first };
    case 'matches':
      return { type: 'string', pattern: first instanceof RegExp ? first.source : undefined };
    case 'nestedValidation':
      return schemaOfDto(classOf(dto, propertyName));
    default:
      return {};
  }
}

/** What `@Type` says, found by letting class-transformer make one: its metadata are not public. */
function classOf(dto: Type, propertyName: string): Type {
  const made = plainToInstance(dto, { [propertyName]: {} }) as Readonly<Record<string, object>>;
  const nested = made[propertyName]?.constructor;
  if (nested === undefined || nested === Object) throw new Error(`${dto.name}.${propertyName} has no @Type`);
  return nested as Type; // class-transformer made an instance of it
}
