import type { EntityManager } from 'typeorm';
import { notifyWriters, wakeLanes } from './sql/wake-lanes.js';

/** Wakes lanes inside the transaction that stored their work, and the writers when it commits. */
export async function wake(tx: EntityManager, lanes: readonly string[]): Promise<void> {
  if (lanes.length > 0) await tx.query(wakeLanes, [lanes]);
  await tx.query(notifyWriters);
}
