import { type CallEvent, type SourceActivity, sourceActivity } from '@perezvon/contracts';
import { columns } from '@perezvon/postgres';
import { type Logger } from '@perezvon/service';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DataSource } from 'typeorm';
import { z } from 'zod';

const FLUSH_EVERY_MS = 5_000;

type LastEvent = Pick<CallEvent, 'account_id' | 'source' | 'source_instance' | 'type' | 'received_at'>;

/**
 * When something of each kind last came from each PBX.
 *
 *   created ──start()──▶ running ──stop()──▶ stopped, with the last news written
 *
 * The stream only touches a map; it is written together every five seconds, so an event costs no statement of its own
 * and a crash forgets at most those seconds. The map holds one entry per account, source and type of one interval.
 */
export class LastEvents {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private news = new Map<string, LastEvent>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await this.flush();
  }

  note(events: readonly CallEvent[]): void {
    for (const event of events) {
      this.news.set(`${event.account_id}|${event.source}|${event.type}|${event.source_instance ?? ''}`, event);
    }
  }

  async of(accountId: string): Promise<SourceActivity['lastEvents']> {
    const rows: unknown = await this.dataSource.query(
      `select source, nullif(instance, '') as "sourceInstance", type, received_at as "receivedAt"
       from last_events where account_id = $1 order by source, instance, type`,
      [accountId],
    );
    const read = z.array(z.looseObject({ receivedAt: z.date() })).parse(rows);
    return sourceActivity.shape.lastEvents.parse(
      read.map((each) => ({ ...each, receivedAt: each.receivedAt.toISOString() })),
    );
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await sleep(FLUSH_EVERY_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined); // woken by stop()
      if (!this.stopping.signal.aborted) await this.flush();
    }
  }

  private async flush(): Promise<void> {
    const written = this.news;
    if (written.size === 0) return;
    this.news = new Map();
    try {
      await this.dataSource.query(
        `insert into last_events as known (account_id, source, instance, type, received_at)
         select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
         on conflict (account_id, source, instance, type) do update
           set received_at = greatest(known.received_at, excluded.received_at)`,
        columns(
          [...written.values()],
          (e) => e.account_id,
          (e) => e.source,
          (e) => e.source_instance ?? '',
          (e) => e.type,
          (e) => e.received_at,
        ),
      );
    } catch (error) {
      this.news = new Map([...written, ...this.news]);
      this.logger.warn({ err: error }, 'when events last came could not be written, it is tried again');
    }
  }
}
