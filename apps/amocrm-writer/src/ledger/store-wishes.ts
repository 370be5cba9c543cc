import type { EffectCommand } from '@perezvon/contracts';
import { columns } from '@perezvon/postgres';
import type { EntityManager } from 'typeorm';
import type { Ledger } from './ledger.js';
import { applyCancels } from './store-cancels.js';
import { storeEffects } from './sql/store-effects.js';

/**
 * crm.commands.v1 → rows of the ledger, inside the consumer's transaction. Storing a wish again changes nothing; a higher
 * revision replaces what is wanted.
 * @returns the lanes that have something new to do; null = something whose portal has none yet
 */
export async function storeWishes(
  tx: EntityManager,
  ledger: Ledger,
  commands: readonly EffectCommand[],
  now: number,
): Promise<(string | null)[]> {
  const wishes = newestPerEffect(commands);
  if (wishes.length === 0) return [];
  const stored: { seq: string; lane: string | null; is_revised: boolean }[] = await tx.query(
    storeEffects,
    columns(
      wishes,
      (c) => c.accountId,
      (c) => c.callId,
      (c) => c.effect,
      (c) => c.portalId,
      (c) => c.phone,
      (c) => JSON.stringify(c.after),
      (c) => JSON.stringify(c),
      (c) => c.revision,
      markerOf,
      (c) => c.causedAt,
    ),
  );
  const revised = stored.filter((row) => row.is_revised).map((row) => row.seq);
  await ledger.revise(tx, revised, now);
  await applyCancels(tx, ledger, wishes, now);
  await ledger.holdDependants(tx, wishes);
  return [...new Set(stored.map((row) => row.lane))];
}

/** A batch may bring one effect several times: a duplicate, or a newer revision. The place of the first counts. */
export function newestPerEffect(commands: readonly EffectCommand[]): EffectCommand[] {
  const newest = new Map<string, EffectCommand>();
  for (const command of commands) {
    const key = `${command.accountId}|${command.callId}|${command.effect}`;
    const before = newest.get(key);
    if (before === undefined || before.revision < command.revision) newest.set(key, command);
  }
  return [...newest.values()];
}

/**
 * How the effect's entity is told apart in amoCRM: unsorted by its `source_uid`, notes by `uniq` (R9: the first id by
 * which the call was known), contacts and deals by our own field.
 */
export function markerOf(command: EffectCommand): string {
  switch (command.intent.kind) {
    case 'create_unsorted':
      return command.callId;
    case 'call_note':
      return command.pbxCallId;
    case 'ensure_contact':
    case 'create_deal':
      return command.commandId;
    case 'create_task':
      // A task carries no marker of ours: it is known by what was sent (`Sent`).
      return command.commandId;
  }
}
