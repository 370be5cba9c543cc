import type { MetricsSnapshot, Readiness } from '@perezvon/service';

/** What the two threads say to each other: the door asks, wakes and stops; the stream answers and shows that it lives. */

/** What the door may ask, and the answer to it. */
export interface Answers {
  readonly readiness: { readonly kafka: Readiness; readonly outbox: Readiness };
  readonly metrics: MetricsSnapshot;
}
export type Question = keyof Answers;

export type ToStream =
  | { readonly kind: 'ask'; readonly id: number; readonly question: Question }
  | { readonly kind: 'wake-relay' }
  | { readonly kind: 'stop' };

export type FromStream =
  | { readonly kind: 'started' }
  | { readonly kind: 'alive' }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answers[Question] };

/** How often the stream's event loop says that it turns. */
export const ALIVE_EVERY_MS = 5_000;
