import { describe, expect, it } from '@jest/globals';
import { withUsedPort } from '../spec/used-port.js';
import { readPorts, refuseUsedPort } from './ports.js';

describe('the ports of the stack', () => {
  it('are the documented ones unless a variable says otherwise', () => {
    expect(readPorts({ SETTINGS_API_PORT: '4000', LOCAL_KAFKA_PORT: '' })).toEqual({
      settingsApi: 4000,
      callIngest: 3001,
      decisionEngine: 3002,
      amocrmWriter: 3003,
      amocrmEmulator: 3010,
      kafka: 19092,
      postgres: 15432,
    });
  });

  it('are refused with all problems at once, by the names of the variables', () => {
    const env = { SETTINGS_API_PORT: 'http', CALL_INGEST_PORT: '70000', DECISION_ENGINE_PORT: '3003' };
    expect(() => readPorts(env)).toThrow(
      [
        'SETTINGS_API_PORT must be a port, 1 … 65535',
        'CALL_INGEST_PORT must be a port, 1 … 65535',
        'DECISION_ENGINE_PORT and AMOCRM_WRITER_PORT are the same port 3003',
      ].join('\n'),
    );
  });

  it('in use are told by the variable that changes them', async () => {
    await withUsedPort((port) =>
      expect(refuseUsedPort(readPorts({ AMOCRM_WRITER_PORT: String(port) }), 'amocrmWriter')).rejects.toThrow(
        `port ${String(port)} is in use by another process: end that process or set AMOCRM_WRITER_PORT to a free port`,
      ),
    );
  });
});
