import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { validate, ValidationSeverity } from 'dockerfile-utils';
import { repositoryRoot } from '../paths.js';

const STRICT = {
  deprecatedMaintainer: ValidationSeverity.ERROR,
  directiveCasing: ValidationSeverity.ERROR,
  emptyContinuationLine: ValidationSeverity.ERROR,
  instructionCasing: ValidationSeverity.ERROR,
  instructionCmdMultiple: ValidationSeverity.ERROR,
  instructionEntrypointMultiple: ValidationSeverity.ERROR,
  instructionHealthcheckMultiple: ValidationSeverity.ERROR,
  instructionJSONInSingleQuotes: ValidationSeverity.ERROR,
  instructionWorkdirRelative: ValidationSeverity.ERROR,
};

describe('the Dockerfile', () => {
  let dockerfile: string;
  beforeAll(async () => {
    dockerfile = await readFile(join(repositoryRoot, 'Dockerfile'), 'utf8');
  });

  it('passes the linter', () => {
    expect(validate(dockerfile, STRICT)).toEqual([]);
    expect(validate('FROM node\nCOPPY . .', STRICT)).not.toEqual([]);
  });

  it('ends in a stage that builds nothing, with Node 24 pinned, and does not run as root', () => {
    const stages = dockerfile.split(/^FROM /m).slice(1);
    for (const stage of stages) expect(stage).toMatch(/^node:24\.\d+\.\d+-\S+ AS \w+$/m);
    const last = stages.at(-1) ?? '';
    expect(last).toMatch(/^USER node$/m);
    expect(last).not.toMatch(/^RUN /m);
  });

  it('copies and builds what exists', () => {
    const named = [...dockerfile.matchAll(/(?:apps|libs)\/[a-z-]+(?=[/\s])/g)].map(([path]) => path);
    expect(named.length).toBeGreaterThan(6);
    expect(named.filter((path) => !existsSync(join(repositoryRoot, path)))).toEqual([]);
  });

  it('keeps what is local out of the image', async () => {
    const ignored = (await readFile(join(repositoryRoot, '.dockerignore'), 'utf8')).split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['.git', '.local', '.env', '**/node_modules', '**/dist']));
  });
});
