import { type Cabinet } from '../adapters/push-adapter.js';
import { type VendorDialect } from '../adapters/push-adapters.js';

/** What came through a door in one piece: a Kafka message, the body of one HTTP request, a row of a vendor's report. */
export interface Delivery {
  readonly door: 'kafka' | 'http' | 'pull';
  /** `canonical` on the HTTP door may be an array of events. */
  readonly dialect: 'canonical' | VendorDialect;
  readonly bytes: Buffer;
  /** The query string of a UIS notification, without `?`; else empty. */
  readonly query: string;
  /** `topic/partition/offset`, the HTTP route without its secret, or whose report. */
  readonly position: string;
  /** The PBX source that was authorised; null on Kafka, where the broker's ACLs are the trust boundary. */
  readonly sourceId: string | null;
  /** Of the source; null on Kafka. */
  readonly cabinet: Cabinet | null;
  readonly receivedAtMs: number;
}

/**
 * Larger events are refused: with ids and remarks added, or in base64 as rejected ones, they would outgrow what Kafka takes
 * (1 MiB). A rejected event is kept whole up to this size, so that it can be driven again.
 */
export const MAX_EVENT_BYTES = 256 * 1024;

/** More events in one request are refused without looking at any: each refusal is a message to write. */
export const MAX_EVENTS = 500;
