import { readFileSync } from 'node:fs';

const swc = JSON.parse(readFileSync(new URL('./.swcrc.jest.json', import.meta.url), 'utf8'));

/** What every project's jest.config.mjs spreads: ESM TypeScript through swc, workspace packages from their sources. */
export default {
  testEnvironment: 'node',
  // No test asserts a time; this only ends one that hangs, also on a machine that is busy with other things.
  testTimeout: 60_000,
  roots: ['<rootDir>/src'],
  testMatch: ['**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.tsx?$': ['@swc/jest', swc] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testEnvironmentOptions: { customExportConditions: ['@perezvon/source', 'node', 'node-addons'] },
};
