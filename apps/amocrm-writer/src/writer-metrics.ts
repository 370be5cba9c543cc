import type { RequestObserver } from '@perezvon/amocrm';
import type { EffectName } from '@perezvon/contracts';
import { Metrics } from '@perezvon/service';
import type { DataSource } from 'typeorm';
import { takesRequests } from './portals/portal.js';

/** How far behind, how many in doubt and how old, how many parked, and what amoCRM answers. */
export function writerMetrics(metrics: Metrics, dataSource: DataSource) {
  const count = async (sql: string): Promise<number> => {
    const [row]: { value: number | null }[] = await dataSource.query(sql);
    return row?.value ?? 0;
  };
  const counts: [name: string, help: string, sql: string][] = [
    [
      'amocrm_writer_effects_waiting',
      'Effects that wait to be sent',
      `select count(*)::float8 as value from effect where state = 'waiting'`,
    ],
    [
      'amocrm_writer_effects_oldest_waiting_seconds',
      'Age of the effect that has waited longest',
      `select extract(epoch from clock_timestamp() - min(created_at))::float8 as value from effect where state = 'waiting'`,
    ],
    [
      'amocrm_writer_effects_in_doubt',
      'Requests of which it is not known yet whether they took effect',
      `select count(*)::float8 as value from effect where state = 'in_doubt'`,
    ],
    [
      'amocrm_writer_effects_oldest_doubt_seconds',
      'Age of the oldest doubt',
      `select extract(epoch from clock_timestamp() - min(sent_at))::float8 as value from effect where state = 'in_doubt'`,
    ],
    [
      'amocrm_writer_effects_parked',
      'Effects that wait for a person',
      `select count(*)::float8 as value from effect where state = 'parked'`,
    ],
    [
      'amocrm_writer_lookups_waiting',
      'Questions about clients that wait for an answer',
      `select count(*)::float8 as value from lookup`,
    ],
    [
      'amocrm_writer_portals_stopped',
      'Portals to which nothing is sent',
      `select count(*)::float8 as value from portal where stop_reason is not null and deleted_at is null`,
    ],
    [
      'amocrm_writer_mirrors_incomplete',
      'Copies of amoCRM accounts whose first read is not through',
      `select count(*)::float8 as value from mirror where told_at is null`,
    ],
    [
      'amocrm_writer_mirror_oldest_seconds',
      'Age of the complete copy that was brought up to date longest ago, of portals that take requests',
      `select extract(epoch from clock_timestamp() - min(m.read_at))::float8 as value from mirror m
        where m.told_at is not null and exists (
          select 1 from portal p where p.lane = m.lane and ${takesRequests})`,
    ],
  ];
  for (const [name, help, sql] of counts) metrics.gauge({ name, help }, () => count(sql));

  const requests = metrics.counter({
    name: 'amocrm_writer_requests_total',
    help: 'Requests to amoCRM by how they ended; rate_limited is its 429',
    labels: ['method', 'route', 'outcome'],
  });
  const durations = metrics.histogram({
    name: 'amocrm_writer_request_duration_seconds',
    help: 'From handing a request over to the end of its answer',
    labels: ['method', 'route'],
  });
  const waits = metrics.histogram({
    name: 'amocrm_writer_request_wait_seconds',
    help: 'How long requests waited for their turn in the lane',
  });
  const delays = metrics.histogram({
    name: 'amocrm_writer_effect_delay_seconds',
    help: 'From the event that caused an effect (such as the end of the call) until amoCRM confirmed it',
    labels: ['effect'],
    bucketsSec: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600, 86_400],
  });
  const onRequest: RequestObserver =
    ({ method, route }) =>
    ({ outcome, waitedMs, tookMs }) => {
      requests.inc({ method, route, outcome });
      durations.observe({ method, route }, tookMs / 1000);
      waits.observe(waitedMs / 1000);
    };
  return {
    onRequest,
    onWritten: (effect: EffectName, afterMs: number): void => delays.observe({ effect }, Math.max(0, afterMs) / 1000),
  };
}
