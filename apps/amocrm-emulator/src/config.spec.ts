import { describe, expect, it } from '@jest/globals';
import { ConfigError, readConfig } from './config.js';

describe('environment', () => {
  it('has the defaults of the surfaces, needs a token', () => {
    expect(readConfig({ AMOCRM_EMULATOR_TOKEN: 't' })).toEqual({
      port: 3010,
      host: '127.0.0.1',
      token: 't',
      portals: 1,
      seed: 1,
      listingLagMs: 200,
    });
  });

  it('lists every problem at once', () => {
    const read = () => readConfig({ AMOCRM_EMULATOR_PORT: 'x', AMOCRM_EMULATOR_PORTALS: '0' });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(/TOKEN[\s\S]*PORT[\s\S]*PORTALS/);
  });
});
