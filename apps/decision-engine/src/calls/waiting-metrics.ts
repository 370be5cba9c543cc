import { callState } from '@perezvon/contracts';
import type { Metrics } from '@perezvon/service';
import type { DataSource } from 'typeorm';
import { countWaiting } from './count-waiting.js';

/** How many calls wait, for what, and how long the oldest has: of all accounts, the same from every process. */
export class WaitingMetrics {
  private readonly count;
  private readonly oldest;

  constructor(
    metrics: Metrics,
    private readonly dataSource: DataSource,
  ) {
    this.count = metrics.gauge({
      name: 'decision_engine_waiting_calls',
      help: 'Calls that wait for something before they are decided',
      labels: ['state'],
    });
    this.oldest = metrics.gauge({
      name: 'decision_engine_waiting_oldest_seconds',
      help: 'How long the call that has waited longest for this has waited',
      labels: ['state'],
    });
  }

  /** Before each scrape. A state in which nothing waits is 0, not absent: an alert must see it end. */
  async refresh(): Promise<void> {
    const waiting = new Map((await countWaiting(this.dataSource, null)).map((each) => [each.state, each]));
    for (const state of WAITS) {
      const { count = 0, oldestAt } = waiting.get(state) ?? {};
      this.count.set({ state }, count);
      this.oldest.set({ state }, oldestAt === undefined ? 0 : Math.max(0, Date.now() - Date.parse(oldestAt)) / 1000);
    }
  }
}

const WAITS = callState.options.filter((state) => state.startsWith('awaiting_'));
