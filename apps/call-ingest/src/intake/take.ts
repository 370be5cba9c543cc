import { isUtf8 } from 'node:buffer';
import { type CallEvent } from '@perezvon/contracts';
import { type MessageBatch } from '@perezvon/kafka';
import { parseJson } from '@perezvon/service';
import { type Cabinet, type PushAdapter, type Translated } from '../adapters/push-adapter.js';
import { pushAdapters } from '../adapters/push-adapters.js';
import { canonicalise, type Canonicalised, type IngestContext } from '../canonical/canonicalise.js';
import { accountIdOf, type Rejection, rejection } from '../canonical/rejection.js';
import { pullAdapters } from '../pull/pull-adapters.js';
import { type Delivery, MAX_EVENT_BYTES, MAX_EVENTS } from './delivery.js';
import { Intake } from './intake.js';
import { elementsOf } from './json-elements.js';
import { isNestedTooDeep } from './nesting.js';

/** What a door knows when it takes a delivery. */
export interface DoorContext {
  readonly nowMs: number;
  readonly knowsAccount: (accountId: string) => boolean;
  /** Of what does not come from a PBX just now. */
  readonly origin?: CallEvent['origin'];
}

export type KafkaBatch = Pick<MessageBatch<Buffer>, 'topic' | 'partition'> & {
  readonly messages: readonly Pick<MessageBatch<Buffer>['messages'][number], 'value' | 'offset' | 'timestampMs'>[];
};

/** The Kafka door: bytes in, records out, for a whole batch. */
export function takeKafkaBatch(batch: KafkaBatch, context: DoorContext): Intake {
  const intake = new Intake(context.nowMs);
  for (const message of batch.messages) {
    takeKafkaMessage(intake, message, batch, context);
  }
  return intake;
}

/** One delivery of any door: an HTTP request, one that was held, or one that was rejected and is tried again. */
export function takeDelivery(delivery: Delivery, context: DoorContext): Intake {
  const intake = new Intake(context.nowMs);
  const { dialect, cabinet } = delivery;
  if (delivery.door === 'pull') takeRow(intake, delivery, context);
  else if (dialect !== 'canonical' && cabinet !== null)
    takePush(intake, delivery, cabinet, pushAdapters[dialect], context);
  else if (delivery.door === 'kafka') takeEvent(intake, delivery, context);
  else takeCanonicalBody(intake, delivery, context);
  return intake;
}

function takeKafkaMessage(
  intake: Intake,
  message: KafkaBatch['messages'][number],
  { topic, partition }: KafkaBatch,
  context: DoorContext,
): void {
  // The record's own time is when the event reached Kafka; a producer's clock that runs ahead is not believed.
  const receivedAtMs = message.timestampMs > 0 ? Math.min(message.timestampMs, context.nowMs) : context.nowMs;
  takeEvent(
    intake,
    {
      door: 'kafka',
      dialect: 'canonical',
      bytes: message.value,
      query: '',
      position: `${topic}/${partition}/${message.offset}`,
      sourceId: null,
      cabinet: null,
      receivedAtMs,
    },
    context,
  );
}

/** A delivery that is one canonical event. */
function takeEvent(intake: Intake, delivery: Delivery, context: DoorContext): void {
  const read = readJson(delivery.bytes);
  if ('problem' in read) {
    intake.reject(read.problem, delivery);
    return;
  }
  const refused = takeParsed(intake, read.value, delivery, context);
  if (refused === null) return;
  if (refused.code === 'unknown_account') intake.unknownAccount.push({ delivery, accountId: refused.accountId });
  else intake.reject(refused, delivery);
}

/** One event or an array of them: a bad one does not take its neighbours with it. */
function takeCanonicalBody(intake: Intake, delivery: Delivery, context: DoorContext): void {
  const read = readJson(delivery.bytes);
  if ('problem' in read) {
    intake.reject(read.problem, delivery);
    return;
  }
  const isArray = Array.isArray(read.value);
  const events: readonly unknown[] = isArray ? read.value : [read.value];
  if (events.length > MAX_EVENTS) {
    intake.reject(rejection('too_large', `A request may have at most ${MAX_EVENTS} events.`), delivery);
    return;
  }
  let texts: readonly string[] | undefined;
  for (const [index, input] of events.entries()) {
    const refused = takeParsed(intake, input, delivery, context);
    if (refused === null) continue;
    texts ??= isArray ? elementsOf(delivery.bytes.toString('utf8')) : [];
    const text = texts[index];
    intake.reject(refused, delivery, { index, bytes: text === undefined ? delivery.bytes : Buffer.from(text) });
  }
}

/** A vendor's own words. */
function takePush(
  intake: Intake,
  delivery: Delivery,
  cabinet: Cabinet,
  adapter: PushAdapter,
  context: DoorContext,
): void {
  takeTranslated(
    intake,
    adapter.translate({ query: delivery.query, body: delivery.bytes }, cabinet),
    delivery,
    context,
  );
}

/** A row of a report, driven again. */
function takeRow(intake: Intake, delivery: Delivery, context: DoorContext): void {
  const { dialect, cabinet, bytes } = delivery;
  const call = cabinet && pullAdapters[dialect]?.readRow(parseJson(bytes.toString('utf8')), cabinet);
  if (call) takeTranslated(intake, call.translated, delivery, context);
}

/** One request, or row, may tell of several events: the first that is refused ends it. */
export function takeTranslated(intake: Intake, translated: Translated, delivery: Delivery, context: DoorContext): void {
  if ('rejected' in translated) {
    intake.reject(translated.rejected, delivery);
    return;
  }
  const { warnings } = translated;
  for (const event of translated.events) {
    const refused = accepted(intake, canonicalise(event, { ...contextOf(delivery, context), warnings }));
    if (refused === null) continue;
    intake.reject(refused, delivery);
    return;
  }
}

/** One event of whichever door. Null = it is taken; else why not. */
function takeParsed(intake: Intake, value: unknown, delivery: Delivery, context: DoorContext): Rejection | null {
  if (isNestedTooDeep(value, delivery.bytes.length)) {
    const message = 'The event is nested deeper than 100 levels.';
    return rejection('invalid_event', message, { accountId: accountIdOf(value) });
  }
  return accepted(intake, canonicalise(value, contextOf(delivery, context)));
}

/** Null = the event is taken; else why not. */
function accepted(intake: Intake, result: Canonicalised): Rejection | null {
  return 'event' in result ? intake.accept(result.event) : result.rejected;
}

/**
 * An authorised source proves its account, also while the settings that said so are being replaced: only Kafka can
 * bring an account that nobody knows.
 */
function contextOf(delivery: Delivery, { nowMs, knowsAccount, origin }: DoorContext): IngestContext {
  const { receivedAtMs, cabinet } = delivery;
  const times = { receivedAtMs, nowMs, ...(origin !== undefined && { origin }) };
  return cabinet === null
    ? { ...times, knowsAccount }
    : { ...times, knowsAccount: (id) => id === cabinet.accountId, boundAccountId: cabinet.accountId };
}

function readJson(bytes: Buffer): { readonly value: unknown } | { readonly problem: Rejection } {
  if (bytes.length > MAX_EVENT_BYTES) {
    return { problem: rejection('too_large', `An event may have at most ${MAX_EVENT_BYTES} bytes.`) };
  }
  if (!isUtf8(bytes)) return { problem: rejection('invalid_json', 'The event is not UTF-8.') };
  try {
    return { value: JSON.parse(bytes.toString('utf8')) };
  } catch {
    // The parser's own message quotes the text, which may hold a phone number.
    const message = bytes.length === 0 ? 'The message is empty.' : 'The text is not JSON.';
    return { problem: rejection('invalid_json', `${message} Send one event as a JSON object.`) };
  }
}
