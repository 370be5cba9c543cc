import { Injectable, type PipeTransform } from '@nestjs/common';
import { invalid } from './validation.js';

/**
 * Refuses text that PostgreSQL cannot keep, U+0000 and halves of surrogate pairs, wherever it stands in a body, a query or
 * a path: without it such a request ends as a 500.
 */
@Injectable()
export class StorableText implements PipeTransform<unknown, unknown> {
  transform(value: unknown): unknown {
    const paths = unstorableIn(value, '');
    if (paths.length === 0) return value;
    const message = {
      ru: 'Текст содержит недопустимый символ (U+0000 или половину составного символа).',
      en: 'must not contain U+0000 or half of a surrogate pair',
    };
    throw invalid(paths.map((path) => ({ path, code: 'wrong_form', message })));
  }
}

const UNSTORABLE = /\0|\p{Surrogate}/u;

function unstorableIn(value: unknown, path: string): string[] {
  if (typeof value === 'string') return UNSTORABLE.test(value) ? [path] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => unstorableIn(inner, path === '' ? key : `${path}.${key}`));
}
