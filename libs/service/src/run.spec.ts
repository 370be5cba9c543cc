import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { ConfigError, type ProcessHost, runMain } from './index.js';

/** A process that notes its exit instead of ending, and what it wrote to standard error. */
class SpecProcess extends EventEmitter {
  readonly codes: number[] = [];
  text = '';
  readonly stderr = { write: (text: string) => (this.text += text) };
  exit(code: number): void {
    this.codes.push(code);
    this.emit('exited');
  }
}
const hosted = (process: SpecProcess): ProcessHost => process;
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('runMain', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('stops cleanly and exits 0 on %s', async (signal) => {
    const process = new SpecProcess();
    let stops = 0;
    await runMain('spec', () => Promise.resolve({ stop: () => Promise.resolve(void (stops += 1)) }), hosted(process));
    expect(process.codes).toEqual([]);
    process.emit(signal, signal);
    await settled();
    expect(stops).toBe(1);
    expect(process.codes).toEqual([0]);
  });

  it('exits 1 at once on a second signal', async () => {
    const process = new SpecProcess();
    await runMain('spec', () => Promise.resolve({ stop: () => new Promise(() => undefined) }), hosted(process));
    process.emit('SIGTERM', 'SIGTERM');
    process.emit('SIGTERM', 'SIGTERM');
    expect(process.codes).toEqual([1]);
  });

  it('exits 1 when stopping fails', async () => {
    const process = new SpecProcess();
    await runMain('spec', () => Promise.resolve({ stop: () => Promise.reject(new Error('late')) }), hosted(process));
    process.emit('SIGTERM', 'SIGTERM');
    await settled();
    expect(process.codes).toEqual([1]);
  });

  it('obeys a signal that came while starting, once the start is through', async () => {
    const process = new SpecProcess();
    let stops = 0;
    await runMain(
      'spec',
      () => {
        process.emit('SIGTERM', 'SIGTERM');
        return Promise.resolve({ stop: () => Promise.resolve(void (stops += 1)) });
      },
      hosted(process),
    );
    expect(stops).toBe(1);
    expect(process.codes).toEqual([0]);
  });

  it('prints what is wrong with the environment and exits 78', async () => {
    const process = new SpecProcess();
    const error = new ConfigError([{ variable: 'KAFKA_BROKERS', problem: 'is not set', example: 'kafka:9092' }]);
    await runMain('spec', () => Promise.reject(error), hosted(process));
    expect(process.codes).toEqual([78]);
    expect(process.text).toContain('KAFKA_BROKERS: is not set (example: KAFKA_BROKERS=kafka:9092)');
  });

  it('exits 1 when the start fails otherwise', async () => {
    const process = new SpecProcess();
    await runMain('spec', () => Promise.reject(new Error('no database')), hosted(process));
    expect(process.codes).toEqual([1]);
  });

  it.each(['unhandledRejection', 'uncaughtException'] as const)('exits 1 on %s', async (event) => {
    const process = new SpecProcess();
    await runMain('spec', () => Promise.resolve({ stop: () => Promise.resolve() }), hosted(process));
    process.emit(event, new Error('nobody expected this'));
    expect(process.codes).toEqual([1]);
  });
});
