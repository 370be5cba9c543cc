import { type CallEvent, calls, type RejectedCallEvent, rejectedCallEvents } from '@perezvon/contracts';
import { type RawRecord } from '@perezvon/kafka';
import { type Rejection } from '../canonical/rejection.js';
import { type Delivery } from './delivery.js';
import { deterministicUuid } from './deterministic-uuid.js';

/** At most this much of a rejected original is kept. */
const MAX_ORIGINAL_BYTES = 64 * 1024;

/**
 * What becomes of deliveries, ready to be stored: each event ends in exactly one of the three lists. Nothing here has
 * happened yet, so a failed store is simply done again with the same ids.
 */
export class Intake {
  /** For `calls.v1`. */
  readonly calls: RawRecord[] = [];
  /** For `pbx.call-events.rejected.v1`. */
  readonly rejected: RawRecord[] = [];
  /** To be held until settings tell of their account (design.md, Life cycle). */
  readonly unknownAccount: { readonly delivery: Delivery; readonly accountId: string | null }[] = [];
  /** Why, by the event's place in an HTTP request, for whoever sent it. */
  readonly rejections: { readonly index: number; readonly rejection: Rejection }[] = [];

  constructor(readonly nowMs: number) {}

  accept(event: CallEvent): void {
    this.calls.push({ key: calls.key(event), value: JSON.stringify(event) });
  }

  reject(rejection: Rejection, delivery: Delivery, part?: { readonly index: number; readonly bytes: Buffer }): void {
    const message = rejectedMessage(rejection, delivery, this.nowMs, part);
    this.rejected.push({ key: rejectedCallEvents.key(message), value: JSON.stringify(message) });
    this.rejections.push({ index: part?.index ?? 0, rejection });
  }
}

function rejectedMessage(
  rejection: Rejection,
  delivery: Delivery,
  nowMs: number,
  part: { readonly index: number; readonly bytes: Buffer } | undefined,
): RejectedCallEvent {
  const original = part?.bytes ?? (delivery.bytes.length > 0 ? delivery.bytes : Buffer.from(delivery.query));
  return {
    rejectedId: deterministicUuid(delivery.door, delivery.sourceId ?? '', delivery.query, original),
    rejectedAt: new Date(nowMs).toISOString(),
    door: delivery.door,
    accountId: rejection.accountId ?? delivery.cabinet?.accountId ?? null,
    sourceId: delivery.sourceId,
    code: rejection.code,
    message: rejection.message.slice(0, 1000),
    errors: [...rejection.errors],
    original: {
      base64: original.subarray(0, MAX_ORIGINAL_BYTES).toString('base64'),
      sizeBytes: original.length,
      truncated: original.length > MAX_ORIGINAL_BYTES,
      position: part === undefined ? delivery.position : `${delivery.position}#${part.index}`,
    },
  };
}
