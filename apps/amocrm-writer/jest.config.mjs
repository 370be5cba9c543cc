import preset from '../../jest.preset.mjs';

export default {
  ...preset,
  globalSetup: '../../local/jest/global-setup.mjs',
  globalTeardown: '../../local/jest/global-teardown.mjs',
  // Looks, leases and probes take their real time.
  testTimeout: 60_000,
};
