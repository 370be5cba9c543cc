import type { EntityManager } from 'typeorm';
import { notifyWriters, wakeLanes } from './sql/wake-lanes.js';

/** Postgres carries under 8000 bytes; beyond it every lane that has its turn looks. */
const payloadLimit = 7_000;
const everyLane = '';

/** Wakes lanes inside the transaction that stored their work, and the writers when it commits. */
export async function wake(tx: EntityManager, lanes: readonly string[]): Promise<void> {
  if (lanes.length > 0) await tx.query(wakeLanes, [lanes]);
  const payload = JSON.stringify(lanes);
  await tx.query(notifyWriters, [Buffer.byteLength(payload) > payloadLimit ? everyLane : payload]);
}

/** The lanes that a notification is about; null = any. */
export function lanesOf(payload: string): readonly string[] | null {
  return payload === everyLane ? null : (JSON.parse(payload) as string[]);
}
