import { randomUUID } from 'node:crypto';
import type { PbxCallEvent } from '@perezvon/contracts';

/** The account that the benches' events belong to. */
export const ACCOUNT = 'bench';

/**
 * Events as a PBX sends them: five per call, some 900 bytes each, every call from a number of its own, so that no cache
 * of numbers makes ours look better than it is.
 */
export function benchEvents(count: number, from = 0): Buffer[] {
  const now = Date.now();
  return Array.from({ length: count }, (_, i) =>
    Buffer.from(JSON.stringify(event(Math.floor((from + i) / 5), (from + i) % 5, now))),
  );
}

const TYPES = ['call.started', 'leg.ringing', 'leg.answered', 'call.ended', 'call.record_ready'] as const;

function event(call: number, step: number, now: number): PbxCallEvent {
  const type = TYPES[step] ?? 'call.started';
  const occurred_at = new Date(now - 3_600_000 + call * 10 + step * 1000).toISOString();
  const number = String(79_000_000_000 + call * 97);
  return {
    schema_version: 1,
    account_id: ACCOUNT,
    source: 'canonical',
    type,
    call_id: String(1_002_000_000 + call),
    direction: 'in',
    client: { raw: number },
    virtual_number: { raw: '8 (495) 111-22-33' },
    employee: { pbx_id: '40017', login: 'petrova', ext: '102', phone: '79035550101', name: 'Петрова Анна' },
    group: { id: '12', name: 'Отдел продаж' },
    scenario: 'Основной сценарий приёма звонков',
    call_source: 'va',
    external_id: randomUUID(),
    occurred_at,
    occurred_at_quality: 'pbx_utc',
    origin: 'push',
    ...(type === 'call.ended' && { wait_sec: 11, talk_sec: 60, total_sec: 71, outcome: 'answered' as const }),
    ...(type === 'call.record_ready' && { record: { url: `https://media.example.org/r/${String(call)}.mp3` } }),
    raw: { call_session_id: String(1_002_000_000 + call), notification_mnemonic: type, note: 'x'.repeat(120) },
  };
}
