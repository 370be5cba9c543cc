import { describe, expect, it } from '@jest/globals';
import { masked } from './mask.js';

describe('words for people', () => {
  it.each([
    ['Value +79161234567 is not valid', 'Value <number> is not valid'],
    ['8 (916) 123-45-67', '<number>'],
    ['8.916.123.45.67 taken', '<number> taken'],
    ['mail ivan.petrov@example.com', 'mail <e-mail>'],
    ['token eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2ln', 'token <secret>'],
    ['key ' + 'a1'.repeat(20), 'key <secret>'],
    ['custom_fields_values.0.field_id', 'custom_fields_values.0.field_id'],
    ['Limit 250 per page', 'Limit 250 per page'],
    ['code 2002', 'code 2002'],
  ])('%s → %s', (words, shown) => expect(masked(words)).toBe(shown));

  it('are cut where nobody reads on', () => expect(masked('слово '.repeat(1000)).length).toBeLessThanOrEqual(300));
});
