import { setTimeout as sleep } from 'node:timers/promises';

/** Whether something that the service needs works now. `reason` goes to whoever asks: no secret, no address. */
export interface Readiness {
  readonly ready: boolean;
  readonly reason?: string;
}

export type HealthCheck = () => Readiness | Promise<Readiness>;

export interface HealthReport {
  readonly status: 'ready' | 'not_ready';
  readonly checks: Readonly<Record<string, Readiness>>;
}

/** A check that has not answered by then counts as failed. */
const checkTimeoutMs = 2_000;

/** What `/health/ready` asks. A service that cannot work must not look healthy (design.md, property 9). */
export class HealthChecks {
  private readonly checks = new Map<string, HealthCheck>();

  register(name: string, check: HealthCheck): void {
    if (this.checks.has(name)) throw new Error(`there is already a health check named ${name}`);
    this.checks.set(name, check);
  }

  async report(): Promise<HealthReport> {
    const results = await Promise.all(
      [...this.checks].map(async ([name, check]) => [name, await answerOf(check)] as const),
    );
    return {
      status: results.every(([, result]) => result.ready) ? 'ready' : 'not_ready',
      checks: Object.fromEntries(results),
    };
  }
}

/** The database answers a query. */
export function databaseCheck(dataSource: { query(sql: string): Promise<unknown> }): HealthCheck {
  return async () => {
    await dataSource.query('select 1');
    return { ready: true };
  };
}

/** An error's own text is left out: it may name a host or hold a password. The log has it. */
async function answerOf(check: HealthCheck): Promise<Readiness> {
  const timer = new AbortController();
  try {
    return await Promise.race([
      Promise.resolve(check()),
      sleep(checkTimeoutMs, { ready: false, reason: 'did not answer in time' }, { signal: timer.signal }),
    ]);
  } catch {
    return { ready: false, reason: 'failed' };
  } finally {
    timer.abort();
  }
}
