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
      integrations: [],
    });
  });

  it('lists every problem at once', () => {
    const read = () => readConfig({ AMOCRM_EMULATOR_PORT: 'x', AMOCRM_EMULATOR_PORTALS: '0' });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(/TOKEN[\s\S]*PORT[\s\S]*PORTALS/);
  });

  it('takes one OAuth integration, whole or with every missing part named', () => {
    const env = { AMOCRM_EMULATOR_TOKEN: 't', AMOCRM_EMULATOR_CLIENT_ID: 'c' };
    expect(() => readConfig(env)).toThrow(/AMOCRM_EMULATOR_CLIENT_SECRET[^]*AMOCRM_EMULATOR_REDIRECT_URI/);
    const whole = { AMOCRM_EMULATOR_CLIENT_SECRET: 's', AMOCRM_EMULATOR_REDIRECT_URI: 'http://127.0.0.1:3000/cb' };
    expect(readConfig({ ...env, ...whole }).integrations).toEqual([
      { clientId: 'c', clientSecret: 's', redirectUri: 'http://127.0.0.1:3000/cb' },
    ]);
  });
});
