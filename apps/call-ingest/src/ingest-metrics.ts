import { type Metrics } from '@perezvon/service';
import { type DataSource } from 'typeorm';
import { type LastEvents } from './activity/last-events.js';
import { countHeld } from './held/held-deliveries.js';
import { type Intake } from './intake/intake.js';

/** What came in by which door and how it ended; what waits in Postgres, and for how long. */
export class IngestMetrics {
  private readonly events;

  private readonly lastEvent;

  private readonly passedOver;

  constructor(
    metrics: Metrics,
    dataSource: DataSource,
    private readonly lastEvents: LastEvents,
  ) {
    this.lastEvent = metrics.gauge({
      name: 'call_ingest_last_event_timestamp_seconds',
      help: 'When the last event of each type came from each kind of PBX, of any account',
      labels: ['source', 'type'],
    });
    this.events = metrics.counter({
      name: 'call_ingest_events_total',
      help: 'Events by door and what became of them: accepted, held, or the code they were rejected with',
      labels: ['door', 'outcome'],
    });
    this.passedOver = metrics.counter({
      name: 'call_ingest_report_rows_passed_over_total',
      help: 'Rows of vendors’ reports that finished before what was pulled already, by the vendor’s clock',
    });
    metrics.gauge({ name: 'call_ingest_held_deliveries', help: 'Deliveries that wait in Postgres' }, async () => {
      return (await countHeld(dataSource)).count;
    });
    metrics.gauge(
      { name: 'call_ingest_held_oldest_seconds', help: 'How long the oldest held delivery has waited' },
      async () => (await countHeld(dataSource)).oldestSec,
    );
  }

  /** What a vendor's report brought: nothing of it tells that the PBX sends. */
  pulled({ calls, rejections }: Intake, rowsPassedOver: number): void {
    if (rowsPassedOver > 0) this.passedOver.inc({}, rowsPassedOver);
    if (calls.length > 0) this.events.inc({ door: 'pull', outcome: 'accepted' }, calls.length);
    for (const { rejection } of rejections) this.events.inc({ door: 'pull', outcome: rejection.code });
  }

  took(door: 'kafka' | 'http', intake: Intake, how: 'produced' | 'held'): void {
    const accepted = how === 'produced' ? 'accepted' : 'held';
    if (intake.calls.length > 0) this.events.inc({ door, outcome: accepted }, intake.calls.length);
    this.lastEvents.note(intake.accepted);
    const kinds = new Map(intake.accepted.map((event) => [`${event.source} ${event.type}`, event]));
    for (const { source, type } of kinds.values()) this.lastEvent.set({ source, type }, intake.nowMs / 1000);
    if (intake.unknownAccount.length > 0) this.events.inc({ door, outcome: 'held' }, intake.unknownAccount.length);
    for (const { rejection } of intake.rejections) this.events.inc({ door, outcome: rejection.code });
  }
}
