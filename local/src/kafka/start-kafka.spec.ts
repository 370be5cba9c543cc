import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { PortInUseError } from '../embedded/ports.js';
import { isRunning } from '../embedded/process-table.js';
import { withUsedPort } from '../spec/used-port.js';
import { probeBroker } from './broker-probe.js';
import { type EmbeddedKafka, startKafka } from './start-kafka.js';

const SLOW_MS = 120_000;

describe('an embedded Kafka broker', () => {
  const brokers: EmbeddedKafka[] = [];
  afterEach(async () => {
    for (const broker of brokers.splice(0)) await broker.dispose();
  });

  async function start(options?: Parameters<typeof startKafka>[0]): Promise<EmbeddedKafka> {
    const broker = await startKafka(options);
    brokers.push(broker);
    return broker;
  }

  it(
    'serves clients when start resolves, and again on the same address after a stop and after a kill',
    async () => {
      const broker = await start();
      const { brokers: address } = broker;
      await probeBroker(broker.port);

      await broker.stop();
      await expect(probeBroker(broker.port)).rejects.toThrow();
      await broker.start();
      await probeBroker(broker.port);

      const pid = broker.pid;
      await broker.kill();
      expect(await isRunning(pid)).toBe(false);
      await broker.start();
      await probeBroker(broker.port);
      expect(broker.brokers).toBe(address);
      expect(broker.pid).not.toBe(pid);
    },
    SLOW_MS,
  );

  it(
    'leaves neither process nor temporary data behind',
    async () => {
      const broker = await start();
      const { pid, logFile } = broker;
      expect(existsSync(logFile)).toBe(true);
      await broker.dispose();
      expect(await isRunning(pid)).toBe(false);
      expect(existsSync(logFile)).toBe(false);
    },
    SLOW_MS,
  );

  it(
    'takes the place of a broker that an earlier run left on the same data',
    async () => {
      const dataDir = await mkdtemp(join(tmpdir(), 'perezvon-spec-'));
      try {
        const leftover = await start({ dataDir });
        const successor = await start({ dataDir, port: leftover.port });
        expect(await isRunning(leftover.pid)).toBe(false);
        await probeBroker(successor.port);
        await successor.dispose();
      } finally {
        await rm(dataDir, { recursive: true, force: true });
      }
    },
    SLOW_MS,
  );

  it('refuses a port that somebody listens on', async () => {
    await withUsedPort((port) => expect(start({ port })).rejects.toBeInstanceOf(PortInUseError));
  });
});
