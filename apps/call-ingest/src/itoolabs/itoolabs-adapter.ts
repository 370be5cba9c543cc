import { type PbxCallEvent } from '@perezvon/contracts';
import { type Cabinet, type PushAdapter, type Translated } from '../adapters/push-adapter.js';
import { bounded, isRecordUrl, wholeSeconds, withoutSecrets } from '../adapters/raw-values.js';
import { rejection } from '../canonical/rejection.js';
import { partyOf } from './call-people.js';
import { callResult } from './call-status.js';
import { type Command, readCommand } from './command-body.js';
import { utcTime } from './utc-time.js';

/** ITooLabs, MegaFon «Виртуальная АТС» (reference/pbx-events.md §1). */
export const itoolabsPush: PushAdapter = {
  translate({ body }, cabinet) {
    const command = readCommand(body);
    if (command === null) return untranslatable('The body is neither a form nor a JSON object.', cabinet);
    return translateCommand(command, cabinet);
  },
};

/** One command in the words of the canonical event (§4.2). `rating` and the like tell nothing of a call's course. */
export function translateCommand(command: Command, cabinet: Cabinet): Translated {
  const cmd = command.get('cmd')?.toLowerCase();
  if (cmd === 'rating' || cmd === 'webhook') return { events: [], warnings: [] };
  if (cmd !== 'event' && cmd !== 'history' && cmd !== 'contact') {
    return untranslatable('cmd is not one of event, history, contact, rating.', cabinet);
  }
  const callId = command.get('callid');
  if (callId === undefined || callId.length > 200) {
    return untranslatable('callid is missing or longer than 200 characters.', cabinet);
  }
  const call: Call = { command, base: baseOf(command, callId, cabinet), direction: directionOf(command) };
  switch (cmd) {
    case 'event':
      return liveEvents(call, cabinet);
    case 'history':
      return endEvents(call);
    case 'contact':
      return { events: [started(call, call.direction ?? 'in')], warnings: [] };
  }
}

type Base = Pick<PbxCallEvent, 'schema_version' | 'account_id' | 'source' | 'source_instance' | 'call_id'> &
  Pick<PbxCallEvent, 'client' | 'virtual_number' | 'origin' | 'raw'>;

/** A command with what all of its events share. */
interface Call {
  readonly command: Command;
  readonly base: Base;
  /** Null where the command does not tell. */
  readonly direction: 'in' | 'out' | 'internal' | null;
}

function baseOf(command: Command, callId: string, cabinet: Cabinet): Base {
  const virtual = bounded(command.get('diversion') ?? null, 200);
  return {
    schema_version: 1,
    account_id: cabinet.accountId,
    source: 'itoolabs',
    source_instance: cabinet.instance,
    call_id: callId,
    client: { raw: bounded(command.get('phone') ?? null, 200) },
    virtual_number: virtual === null ? null : { raw: virtual },
    origin: 'push',
    raw: withoutSecrets(Object.fromEntries(command)),
  };
}

/** `direction` of an event, `type` of a history; `inner` was seen beside `internal`. */
function directionOf(command: Command): Call['direction'] {
  const word = (command.get('direction') ?? command.get('type'))?.toLowerCase();
  if (word === 'in' || word === 'out') return word;
  return word === 'internal' || word === 'inner' ? 'internal' : null;
}

function started({ base }: Call, direction: PbxCallEvent['direction']): PbxCallEvent {
  return { ...base, type: 'call.started', direction };
}

/**
 * `cmd=event`, the state of one leg. It carries no time: ours at receipt is the only one. The call starts with whichever
 * of its commands comes first, so each that may be the first says so; the repetitions have one id.
 */
function liveEvents(call: Call, cabinet: Cabinet): Translated {
  const { command, base } = call;
  const { employee, group } = partyOf(command);
  const leg = { employee, group };
  switch (command.get('type')?.toUpperCase()) {
    case 'INCOMING': {
      const direction = call.direction ?? 'in';
      return events(started(call, direction), { ...base, ...leg, type: 'leg.ringing', direction });
    }
    case 'OUTGOING': {
      const direction = call.direction ?? 'out';
      return events(started(call, direction), { ...base, ...leg, type: 'leg.ringing', direction });
    }
    case 'ACCEPTED': {
      // Of an outgoing call it may be the manager who picked up his own phone, before the client did (§4.2, §4.6).
      const type = call.direction === 'out' || employee === null ? 'leg.ringing' : 'leg.answered';
      return events({ ...base, ...leg, type, direction: call.direction ?? 'unknown' });
    }
    case 'COMPLETED':
    case 'CANCELLED':
      return events({ ...base, ...leg, type: 'leg.ended', direction: call.direction ?? 'unknown' });
    case 'TRANSFERRED': {
      // `user` may be either side of the transfer (the document does not say), so it is named without a role.
      const second = command.get('second_callid');
      const linked = second === undefined ? {} : { linked_call_ids: [second.slice(0, 200)] };
      return events({ ...base, ...leg, ...linked, type: 'call.transferred', direction: call.direction ?? 'in' });
    }
    default:
      return untranslatable(
        'type of an event is not one of INCOMING, ACCEPTED, COMPLETED, CANCELLED, OUTGOING, TRANSFERRED.',
        cabinet,
      );
  }
}

/** `cmd=history`: the authoritative end, and the recording if there is a link already. */
function endEvents(call: Call): Translated {
  const { command, base } = call;
  const direction = call.direction ?? 'unknown';
  const { employee, group } = partyOf(command);
  const warnings: string[] = [];
  const totalSec = secondsOf(command, 'duration');
  const at = endTime(command, totalSec);
  const time = { occurred_at: at, occurred_at_quality: at === null ? ('received' as const) : ('pbx_utc' as const) };
  const result = resultOf(call, employee !== null);
  if (result === null) warnings.push('unknown_status');

  // A missed incoming call nobody took: `user` is whoever rang (§1.7). Of an outgoing one it is who called.
  const nobodyTook = direction === 'in' && result?.outcome !== 'answered';
  const end: PbxCallEvent = {
    ...base,
    ...time,
    type: 'call.ended',
    direction,
    group,
    employee: nobodyTook ? null : employee,
    ...(nobodyTook && employee !== null && { participants: [{ employee, rang: true }] }),
    wait_sec: secondsOf(command, 'wait'),
    talk_sec: null, // this PBX does not measure it: `duration` counts from the first ring
    total_sec: totalSec,
    finish_reason: bounded(command.get('status') ?? null, 500),
    ...(result !== null && { outcome: result.outcome, outcome_detail: result.detail }),
  };
  const link = command.get('link');
  if (link === undefined) return { events: [end], warnings };
  if (!isRecordUrl(link)) return { events: [end], warnings: [...warnings, 'unreadable_record_link'] };
  return { events: [end, { ...base, ...time, type: 'call.record_ready', direction, record: { url: link } }], warnings };
}

function resultOf({ command, direction }: Call, hasEmployee: boolean): ReturnType<typeof callResult> {
  if (direction === 'internal') return { outcome: 'internal', detail: null };
  return callResult(command.get('status') ?? null, direction ?? 'in', hasEmployee);
}

/** Start and duration are of one clock, the PBX's: their sum is the end (§4.8). */
function endTime(command: Command, totalSec: number | null): string | null {
  const start = utcTime(command.get('start') ?? null);
  return start === null ? null : new Date(Date.parse(start) + (totalSec ?? 0) * 1000).toISOString();
}

function secondsOf(command: Command, name: string): number | null {
  return wholeSeconds(command.get(name) ?? '');
}

function events(...all: PbxCallEvent[]): Translated {
  return { events: all, warnings: [] };
}

function untranslatable(message: string, cabinet: Cabinet): Translated {
  return { rejected: rejection('untranslatable', message, { accountId: cabinet.accountId }) };
}
