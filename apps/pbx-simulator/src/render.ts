import { type SampleDelivery, type Scene } from './sample.js';

/** One playing of the sample. The same run again is a duplicate delivery: ids and times come from these values alone. */
export interface Run {
  readonly accountId: string;
  /** When every scene begins. */
  readonly startedAtMs: number;
  /** null: the recorded ids and numbers. Else new calls of new clients, told apart by this number. */
  readonly fresh: number | null;
}

export interface RenderedDelivery {
  readonly atMs: number;
  readonly door: SampleDelivery['door'];
  /** Kafka's: one for all calls of a client, so that they stay in their order; null = the PBX gives none. */
  readonly key: string | null;
  readonly body: Record<string, unknown>;
}

/** A scene's deliveries with ids, numbers and times filled in, in the order in which they are sent. */
export function renderScene(scene: Scene, index: number, run: Run): RenderedDelivery[] {
  const isSeveralCalls = new Set(scene.deliveries.map((delivery) => delivery.call)).size > 1;
  return scene.deliveries
    .map((delivery) => ({
      atMs: run.startedAtMs + delivery.afterSec * 1000,
      door: delivery.door,
      key: isSeveralCalls ? scene.id : null,
      body: envelope(delivery, scene, index, run),
    }))
    .sort((a, b) => a.atMs - b.atMs);
}

/** How long a scene lasts, seconds. */
export function sceneDurationSec(scene: Scene): number {
  return Math.max(...scene.deliveries.map((d) => d.afterSec));
}

/** The scene's client in this run, E.164. Whoever is known stays who he is. */
export function clientPhone(scene: Scene, run: Run): string | null {
  if (scene.phone === null || scene.known !== undefined || run.fresh === null) return scene.phone;
  const subscriber = (Number(scene.phone.slice(5)) + (run.fresh % 9000) * 1000) % 10_000_000;
  return scene.phone.slice(0, 5) + String(subscriber).padStart(7, '0');
}

function envelope(delivery: SampleDelivery, scene: Scene, index: number, run: Run): Record<string, unknown> {
  const idOf = (call: string): string => callId(index, call, run);
  const given: Given = {
    idOf: (call) => idOf(call ?? delivery.call),
    phone: clientPhone(scene, run),
    startedAtMs: run.startedAtMs,
  };
  const body = Object.fromEntries(Object.entries(delivery.body).map(([name, value]) => [name, filled(value, given)]));
  if (delivery.door !== 'kafka' && delivery.door !== 'canonical') return body;
  return { schema_version: 1, account_id: run.accountId, source: 'canonical', call_id: idOf(delivery.call), ...body };
}

/** UIS ids are 64-bit integers written as text. */
function callId(index: number, call: string, run: Run): string {
  const within = String(index).padStart(3, '0') + String(call.charCodeAt(0) - 'a'.charCodeAt(0));
  return run.fresh === null ? `1002003${within}` : `${run.fresh}${within}`;
}

/** What the variables of a body stand for. */
interface Given {
  /** Of the delivery's own call where none is named. */
  readonly idOf: (call: string | undefined) => string;
  readonly phone: string | null;
  readonly startedAtMs: number;
}

function filled(value: unknown, given: Given): unknown {
  if (typeof value === 'string') return filledText(value, given);
  if (Array.isArray(value)) return value.map((item: unknown) => filled(item, given));
  if (typeof value !== 'object' || value === null) return value;
  if ('$utc' in value) return at(given, value.$utc).toISOString();
  if ('$compact' in value) return compactUtc(at(given, value.$compact));
  if ('$local' in value) return localTime(at(given, value.$local), 'offsetHours' in value ? value.offsetHours : 3);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, filled(inner, given)] as const));
}

function filledText(text: string, { idOf, phone }: Given): string {
  return text.replace(
    /\{(?:call(?::([a-z]))?|(phone(?::(?:digits|8|10))?))\}/g,
    (whole, call?: string, how?: string) => {
      if (how === undefined) return idOf(call);
      return phone === null ? whole : spelled(phone, how);
    },
  );
}

function spelled(phone: string, how: string): string {
  const national = phone.slice(2);
  switch (how) {
    case 'phone:digits':
      return phone.slice(1);
    case 'phone:8':
      return `8 (${national.slice(0, 3)}) ${national.slice(3, 6)}-${national.slice(6, 8)}-${national.slice(8)}`;
    case 'phone:10':
      return national;
    default:
      return phone;
  }
}

function at({ startedAtMs }: Given, afterSec: unknown): Date {
  if (typeof afterSec !== 'number') throw new TypeError('a relative time of the sample is not a number of seconds');
  return new Date(startedAtMs + afterSec * 1000);
}

/** As the cabinet writes it, without a zone. Moscow has kept UTC+3 since 2014. */
function localTime(time: Date, offsetHours: unknown): string {
  if (typeof offsetHours !== 'number') throw new TypeError('offsetHours of a local time is not a number');
  return new Date(time.getTime() + offsetHours * 3600_000).toISOString().replace('T', ' ').replace('Z', '');
}

/** `20250304T091247Z`. */
function compactUtc(time: Date): string {
  return `${time.toISOString().replaceAll(/[-:]|\.\d+Z$/g, '')}Z`;
}
