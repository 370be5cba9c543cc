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
  readonly body: Record<string, unknown>;
}

/** A scene's deliveries with ids, numbers and times filled in, in the order in which they are sent. */
export function renderScene(scene: Scene, index: number, run: Run): RenderedDelivery[] {
  return scene.deliveries
    .map((delivery) => ({
      atMs: run.startedAtMs + delivery.afterSec * 1000,
      door: delivery.door,
      body: envelope(delivery, scene, index, run),
    }))
    .sort((a, b) => a.atMs - b.atMs);
}

/** How long a scene lasts, seconds. */
export function sceneDurationSec(scene: Scene): number {
  return Math.max(...scene.deliveries.map((d) => d.afterSec));
}

/** The scene's client in this run, E.164. */
export function clientPhone(scene: Scene, run: Run): string | null {
  if (scene.phone === null || run.fresh === null) return scene.phone;
  const subscriber = (Number(scene.phone.slice(5)) + (run.fresh % 9000) * 1000) % 10_000_000;
  return scene.phone.slice(0, 5) + String(subscriber).padStart(7, '0');
}

function envelope(delivery: SampleDelivery, scene: Scene, index: number, run: Run): Record<string, unknown> {
  const id = callId(index, delivery.call, run);
  const fill = (value: unknown): unknown => filled(value, id, clientPhone(scene, run), run.startedAtMs);
  const body = Object.fromEntries(Object.entries(delivery.body).map(([name, value]) => [name, fill(value)]));
  if (delivery.door === 'uis-post' || delivery.door === 'uis-get') return body;
  return { schema_version: 1, account_id: run.accountId, source: 'canonical', call_id: id, ...body };
}

/** UIS ids are 64-bit integers written as text. */
function callId(index: number, call: string, run: Run): string {
  const within = String(index).padStart(3, '0') + String(call.charCodeAt(0) - 'a'.charCodeAt(0));
  return run.fresh === null ? `1002003${within}` : `${run.fresh}${within}`;
}

function filled(value: unknown, id: string, phone: string | null, startedAtMs: number): unknown {
  if (typeof value === 'string') return filledText(value, id, phone);
  if (Array.isArray(value)) return value.map((item: unknown) => filled(item, id, phone, startedAtMs));
  if (typeof value !== 'object' || value === null) return value;
  if ('$utc' in value) return at(startedAtMs, value.$utc).toISOString();
  if ('$local' in value) return moscowTime(at(startedAtMs, value.$local));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, filled(inner, id, phone, startedAtMs)] as const),
  );
}

function filledText(text: string, id: string, phone: string | null): string {
  return text.replace(/\{(call|phone(?::(?:digits|8|10))?)\}/g, (whole, name: string) =>
    name === 'call' ? id : phone === null ? whole : spelled(phone, name),
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

function at(startedAtMs: number, afterSec: unknown): Date {
  if (typeof afterSec !== 'number') throw new TypeError('a relative time of the sample is not a number of seconds');
  return new Date(startedAtMs + afterSec * 1000);
}

/** As the cabinet writes it: Moscow, no zone. Moscow has kept UTC+3 since 2014. */
function moscowTime(time: Date): string {
  return new Date(time.getTime() + 3 * 3600_000).toISOString().replace('T', ' ').replace('Z', '');
}
