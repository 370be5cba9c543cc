import { describe, expect, it } from '@jest/globals';
import { sentenceOf } from './sentence.js';

describe('the sentence of a reason (R16)', () => {
  it('is given in both languages, with its values', () => {
    expect(sentenceOf({ code: 'card_found', params: { id: 501 } })).toEqual({
      ru: expect.stringContaining('№ 501'),
      en: expect.stringContaining('no. 501'),
    });
  });

  it('shows what it lacks by its name, and is none for a code that nobody knows', () => {
    expect(sentenceOf({ code: 'card_found' })?.en).toContain('{id}');
    expect(sentenceOf({ code: 'of_another_version' })).toBeNull();
  });
});
