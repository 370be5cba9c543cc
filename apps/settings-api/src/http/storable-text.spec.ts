import { describe, expect, it } from '@jest/globals';
import { Problem } from '@perezvon/service';
import { StorableText } from './storable-text.js';

const pathsRefused = (value: unknown): string[] => {
  try {
    new StorableText().transform(value);
    return [];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return (error.details.errors ?? []).map(({ path }) => path);
  }
};

describe('text that no database keeps', () => {
  it('ended as a 500: it is refused at its field', () => {
    expect(pathsRefused({ name: 'a\0b', list: [{ instance: '\ud83d' }, { instance: 'ok' }] })).toEqual([
      'name',
      'list.0.instance',
    ]);
  });

  it('is not confused with emoji and other text', () => {
    expect(pathsRefused({ name: 'Ромашка 😀\n', count: 1, none: null })).toEqual([]);
  });
});
