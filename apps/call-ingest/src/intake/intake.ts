import { type CallEvent, calls, type RejectedCallEvent, rejectedCallEvents } from '@perezvon/contracts';
import { type RawRecord } from '@perezvon/kafka';
import { type Rejection, rejection } from '../canonical/rejection.js';
import { type Delivery, MAX_EVENT_BYTES } from './delivery.js';
import { deterministicUuid } from './deterministic-uuid.js';

/**
 * Escapes of characters that PostgreSQL cannot keep in text or jsonb, as JSON.stringify writes them. An event with one
 * would be refused by every reader's database, so it is refused at the door.
 */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

/**
 * What becomes of deliveries, ready to be stored: each event ends in exactly one of the three lists. Nothing here has
 * happened yet, so a failed store is simply done again with the same ids.
 */
export class Intake {
  /** For `calls.v1`. */
  readonly calls: RawRecord[] = [];
  /** The same, as objects. */
  readonly accepted: CallEvent[] = [];
  /** For `pbx.call-events.rejected.v1`. */
  readonly rejected: RawRecord[] = [];
  /** To be held until settings tell of their account (design.md, Life cycle). */
  readonly unknownAccount: { readonly delivery: Delivery; readonly accountId: string | null }[] = [];
  /** Why, by the event's place in an HTTP request, for whoever sent it. */
  readonly rejections: { readonly index: number; readonly rejection: Rejection }[] = [];

  constructor(readonly nowMs: number) {}

  /** @returns why it cannot be taken after all; null = taken */
  accept(event: CallEvent): Rejection | null {
    const value = JSON.stringify(event);
    if (value.includes('\\u') && UNSTORABLE.test(value)) {
      const message = 'A text holds the character U+0000 or half of a surrogate pair: send text without them.';
      return rejection('invalid_event', message, { accountId: event.account_id });
    }
    this.calls.push({ key: calls.key(event), value });
    this.accepted.push(event);
    return null;
  }

  reject(why: Rejection, delivery: Delivery, part?: { readonly index: number; readonly bytes: Buffer }): void {
    const message = rejectedMessage(why, delivery, this.nowMs, part);
    this.rejected.push({ key: rejectedCallEvents.key(message), value: JSON.stringify(message) });
    this.rejections.push({ index: part?.index ?? 0, rejection: why });
  }
}

function rejectedMessage(
  why: Rejection,
  delivery: Delivery,
  nowMs: number,
  part: { readonly index: number; readonly bytes: Buffer } | undefined,
): RejectedCallEvent {
  const original = part?.bytes ?? (delivery.bytes.length > 0 ? delivery.bytes : Buffer.from(delivery.query));
  return {
    rejectedId: deterministicUuid(delivery.door, delivery.sourceId ?? '', delivery.query, original),
    rejectedAt: new Date(nowMs).toISOString(),
    door: delivery.door,
    accountId: why.accountId ?? delivery.cabinet?.accountId ?? null,
    sourceId: delivery.sourceId,
    code: why.code,
    message: why.message.slice(0, 1000),
    errors: [...why.errors],
    original: {
      base64: original.subarray(0, MAX_EVENT_BYTES).toString('base64'),
      sizeBytes: original.length,
      truncated: original.length > MAX_EVENT_BYTES,
      dialect: delivery.dialect,
      query: delivery.bytes.length > 0 && delivery.query !== '' ? delivery.query.slice(0, 16_384) : null,
      position: part === undefined ? delivery.position : `${delivery.position}#${part.index}`,
    },
  };
}
