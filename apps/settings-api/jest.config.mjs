import preset from '../../jest.preset.mjs';

export default {
  ...preset,
  // A spec file starts the whole service with its database, and some stop and start it again.
  testTimeout: 60_000,
  globalSetup: '../../local/jest/global-setup.mjs',
  globalTeardown: '../../local/jest/global-teardown.mjs',
};
