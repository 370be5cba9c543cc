import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { coverage, coverageText, gapsIn } from './testing/coverage.js';

describe('docs/rules-coverage.md', () => {
  const now = coverage();

  it('has no rule and no cell × action × direction that nothing shows', () => {
    expect(gapsIn(now)).toEqual([]);
  });

  it('is what the specs and recorded calls show now (npm run golden writes it)', () => {
    expect(readFileSync(new URL('../../../docs/rules-coverage.md', import.meta.url), 'utf8')).toBe(coverageText(now));
  });
});
