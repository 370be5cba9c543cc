import { type CallEventType } from '@perezvon/contracts';
import { type NotificationFields } from './notification-fields.js';

/** What a notification of the cabinet is about (reference/pbx-events.md §2.1, §4.2). */
export interface NotificationKind {
  readonly type: CallEventType;
  /** The direction that the notification itself implies, where the body names none. */
  readonly direction?: 'in' | 'out';
  /** «Потерянный звонок»: a hint beside the end record, not the record. */
  readonly isLostHint?: true;
}

const INCOMING: NotificationKind = { type: 'call.started', direction: 'in' };
const OUTGOING: NotificationKind = { type: 'call.started', direction: 'out' };
const RINGING: NotificationKind = { type: 'leg.ringing' };
const TALK_STARTED: NotificationKind = { type: 'leg.answered' };
const TALK_ENDED: NotificationKind = { type: 'leg.ended' };
const ENDED: NotificationKind = { type: 'call.ended' };
const LOST: NotificationKind = { type: 'call.ended', direction: 'in', isLostHint: true };
const RECORDED: NotificationKind = { type: 'call.record_ready' };

/**
 * Mnemonics are the vendor's. `RECORD_CALL` and `lost_call_session` were seen, the others are read by their words:
 * UNVERIFIED, therefore beside the names and never instead of them. The last group is ours, for a constant `event`
 * field that an administrator adds to a template whose name says nothing.
 */
const byMnemonic: ReadonlyMap<string, NotificationKind> = new Map([
  ['in_call_session', INCOMING],
  ['out_call_session', OUTGOING],
  ['call_waiting', RINGING],
  ['waiting_answer', RINGING],
  ['call_connected', TALK_STARTED],
  ['talk_started', TALK_STARTED],
  ['talk_finished', TALK_ENDED],
  ['call_session_finished', ENDED],
  ['finish_call_session', ENDED],
  ['lost_call_session', LOST],
  ['lost_call', LOST],
  ['record_call', RECORDED],

  ['call.started.in', INCOMING],
  ['call.started.out', OUTGOING],
  ['leg.ringing', RINGING],
  ['leg.answered', TALK_STARTED],
  ['leg.ended', TALK_ENDED],
  ['call.ended', ENDED],
  ['call.lost', LOST],
  ['call.record_ready', RECORDED],
]);

/** The cabinet's own event names, Russian and English, and what public connectors call theirs. */
const byName: ReadonlyMap<string, NotificationKind> = new Map([
  ['входящий звонок', INCOMING],
  ['входящий вызов', INCOMING],
  ['входящий звонок на виртуальный номер', INCOMING],
  ['inbound call', INCOMING],
  ['inbound call on a virtual phone number', INCOMING],
  ['исходящий звонок', OUTGOING],
  ['исходящий вызов', OUTGOING],
  ['исходящее плечо', OUTGOING],
  ['outbound call', OUTGOING],
  ['ожидание ответа', RINGING],
  ['waiting for the answer', RINGING],
  ['waiting for an answer', RINGING],
  ['начало разговора', TALK_STARTED],
  ['talk started', TALK_STARTED],
  ['окончание разговора', TALK_ENDED],
  ['конец разговора', TALK_ENDED],
  ['talk finished', TALK_ENDED],
  ['завершение звонка', ENDED],
  ['завершение вызова', ENDED],
  ['звонок завершен', ENDED],
  ['call finished', ENDED],
  ['потерянный звонок', LOST],
  ['потерянный вызов', LOST],
  ['lost call', LOST],
  ['записанный разговор', RECORDED],
  ['запись разговора', RECORDED],
  ['call recording completed', RECORDED],
]);

/** The mnemonic is the vendor's and comes first; the name is free text of the administrator. Null = neither is known. */
export function notificationKind(fields: NotificationFields): NotificationKind | null {
  const mnemonic = fields.text('notification_mnemonic', 'event_mnemonic')?.toLowerCase();
  const constant = fields.text('event')?.toLowerCase();
  const name = fields.text('notification_name', 'event_name')?.toLowerCase().replaceAll('ё', 'е').replace(/\s+/g, ' ');
  return (
    byMnemonic.get(mnemonic ?? '') ??
    byMnemonic.get(constant ?? '') ??
    byName.get(name ?? '') ??
    byName.get(constant ?? '') ??
    null
  );
}
