import { describe, expect, it } from '@jest/globals';
import { controllers } from '../app.module.js';
import { openApiDocument } from '../openapi/document.js';
import { fieldName, named } from './field-names.js';

/** Every field that a request may have, by its place in it: `pull.url`, `0.phones`. */
function fieldsOf(schema: unknown, path = ''): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const {
    properties = {},
    items,
    anyOf = [],
  } = schema as {
    properties?: Record<string, unknown>;
    items?: unknown;
    anyOf?: unknown[];
  };
  const at = (step: string): string => (path === '' ? step : `${path}.${step}`);
  return [
    ...Object.entries(properties).flatMap(([name, inner]) => [at(name), ...fieldsOf(inner, at(name))]),
    ...fieldsOf(items, at('0')),
    ...anyOf.flatMap((each) => fieldsOf(each, path)),
  ];
}

interface Operation {
  readonly requestBody?: { readonly content: Record<string, { readonly schema: unknown }> };
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
}

const operations = Object.values(openApiDocument(controllers).paths).flatMap(
  (path) => Object.values(path) as Operation[],
);
const fields = new Set(
  operations.flatMap(({ requestBody, parameters = [] }) => [
    ...Object.values(requestBody?.content ?? {}).flatMap(({ schema }) => fieldsOf(schema)),
    ...parameters.filter((each) => each.in === 'query').map(({ name }) => name),
  ]),
);

describe('a problem', () => {
  it('reads by an English identifier, because its field has no name in the words of the page', () => {
    expect(fields).toContain('incoming.cells.answeredUnknown.pipelineId');
    expect(fields).toContain('0.phones');
    const unnamed = [...fields].filter((field) =>
      /[«"]/.test(`${fieldName(field)?.ru ?? '«'}${fieldName(field)?.en ?? '"'}`),
    );
    expect(unnamed).toEqual([]);
  });

  it.each(['', 'integration', 'employees.3'])(
    'of "%s" needs no name: it is of no field, or has named who it is',
    (path) => {
      const problem = { path, code: 'x', message: { ru: 'Так.', en: 'So.' } };
      expect(named(problem)).toEqual(problem);
    },
  );

  it('stands before what is wrong, and is told apart', () => {
    const problem = { path: 'password', code: 'x', message: { ru: 'Короток.', en: 'Short.' } };
    expect(named(problem)).toEqual({
      ...problem,
      message: { ru: 'Пароль: Короток.', en: 'Password: Short.' },
      field: { ru: 'Пароль', en: 'Password' },
    });
  });

  it.each(['constructor', '__proto__.toString'])('of a field called %s is quoted, and nothing breaks', (path) => {
    expect(fieldName(path)?.ru).toMatch(/^«/);
  });
});
