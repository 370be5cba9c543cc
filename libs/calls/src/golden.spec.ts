import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { routeReason } from '@perezvon/contracts';
import { goldenText } from './testing/golden.js';
import { routedOf } from './testing/golden-routing.js';
import { histories } from './testing/histories/all.js';

const folder = new URL('../golden/', import.meta.url);

describe('recorded calls are decided as reviewed (npm run golden rewrites; a changed file is a changed product)', () => {
  it.each(histories.map((history) => [history.name, history] as const))('%s', (name, history) => {
    expect(goldenText(history)).toBe(readFileSync(new URL(`${name}.yaml`, folder), 'utf8'));
  });

  it('has a file for each history and none besides', () => {
    expect(readdirSync(folder).sort()).toEqual(histories.map(({ name }) => `${name}.yaml`).sort());
  });

  it('show every answer to the question for the personal manager (R13)', () => {
    const shown = new Set(histories.flatMap((history) => routedOf(history).map(({ routing }) => routing.reason)));
    expect([...shown].sort()).toEqual([...routeReason.options].sort());
  });
});
