import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { wakeChannel } from './sql/wake-lanes.js';
import { lanesOf } from './wake.js';
import type { WriterLog } from './writer-log.js';

const reconnectMs = 1_000;

/**
 * Hears what other writers store: LISTEN on a connection of its own. Lost, it connects again; until then the
 * dispatcher's poll is the net.
 */
export class WakeListener {
  private readonly stopping = new AbortController();
  private life: Promise<void> | undefined;

  constructor(
    private readonly url: string,
    /** Something was stored for these lanes; null = for any. */
    private readonly onWake: (lanes: readonly string[] | null) => void,
    private readonly log: WriterLog,
  ) {}

  start(): void {
    this.life = this.live();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.life;
  }

  private async live(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.listen();
      } catch (error) {
        this.log.warn({ err: error }, 'not listening for wake-ups; polling goes on');
      }
      await sleep(reconnectMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private async listen(): Promise<void> {
    const client = new Client({ connectionString: this.url, application_name: 'amocrm-writer-wake', keepAlive: true });
    const ended = new Promise<void>((resolve, reject) => {
      client.once('end', resolve);
      client.once('error', reject);
    });
    // Awaited below; without a handler a loss while connecting would end the process.
    ended.catch(() => undefined);
    client.on('notification', ({ payload = '' }) => this.onWake(lanesOf(payload)));
    const close = (): void => void client.end();
    this.stopping.signal.addEventListener('abort', close, { once: true });
    try {
      await client.connect();
      await client.query(`listen ${wakeChannel}`);
      if (this.stopping.signal.aborted) close();
      await ended;
    } finally {
      this.stopping.signal.removeEventListener('abort', close);
    }
  }
}
