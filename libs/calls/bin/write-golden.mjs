import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { coverage, coverageText } from '../dist/testing/coverage.js';
import { goldenText } from '../dist/testing/golden.js';
import { histories } from '../dist/testing/histories/all.js';

/** Writes libs/calls/golden anew, what every recorded call comes to by the rules as they are now, and what shows each rule. */
const folder = new URL('../golden/', import.meta.url);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
for (const history of histories) writeFileSync(new URL(`${history.name}.yaml`, folder), goldenText(history));
writeFileSync(new URL('../../../docs/rules-coverage.md', import.meta.url), coverageText(coverage()));
