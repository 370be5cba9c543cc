import { type InvariantReport, type RunningEmulator } from '@perezvon/amocrm-emulator';
import { type EffectCommand } from '@perezvon/contracts';
import { type LedgerRow } from './ledger-view.js';

type Contents = ReturnType<RunningEmulator['control']['state']>;

/** Effects that the ledger calls done and that do not stand in amoCRM as they were wanted last. */
export function missingIn(
  contents: Contents,
  rows: readonly LedgerRow[],
  wanted: ReadonlyMap<string, EffectCommand>,
  keyOfRow: (row: LedgerRow) => string,
): string[] {
  const contacts = new Set(contents.contacts.filter((c) => !c.is_deleted).map(({ id }) => id));
  const leads = new Set(contents.leads.map(({ id }) => id));
  const tasks = new Set(contents.tasks.map(({ id }) => id));
  const notes = new Map(contents.notes.map((note) => [note.params['uniq'], note]));
  const claims = new Set(contents.unsorted.map(({ metadata }) => metadata['uniq']));
  const stands = (row: LedgerRow, command: EffectCommand): boolean => {
    const named = row.entities.map(({ id }) => id);
    switch (command.intent.kind) {
      case 'ensure_contact':
        return named.some((id) => contacts.has(id));
      case 'create_deal':
        return named.some((id) => leads.has(id));
      case 'create_task':
        return tasks.has(Number(row.amocrm_id ?? named[0]));
      case 'create_unsorted':
        return claims.has(command.pbxCallId);
      case 'call_note': {
        const note = notes.get(command.pbxCallId);
        return note !== undefined && (note.params['link'] ?? '') === (command.intent.recordUrl ?? '');
      }
    }
  };
  return rows.flatMap((row) => {
    const command = wanted.get(keyOfRow(row));
    if (row.state !== 'done' || command === undefined || stands(row, command)) return [];
    return [`${row.effect} of call ${row.call_id} is done and does not stand in amoCRM`];
  });
}

/** What stands in amoCRM and no row of the ledger accounts for (faults.md I12). */
export function strangersIn(contents: Contents, rows: readonly LedgerRow[]): string[] {
  const named = new Set(rows.flatMap((row) => [...row.entities.map(({ id }) => id), Number(row.amocrm_id)]));
  const cards = [...contents.contacts, ...contents.leads].filter((card) => card.unsorted_uid === null);
  const strangers = [...cards, ...contents.tasks].filter(({ id }) => !named.has(id));
  return strangers.map(({ id }) => `${String(id)} in amoCRM belongs to no effect`);
}

/** Surplus things that carry one marker. A doubled contact is told by its phone: its API-only field says it again. */
export function surplusIn({ duplicates }: InvariantReport): number {
  const deals = duplicates.apiOnlyFields.filter(({ marker }) => marker.startsWith('leads:'));
  const all = [duplicates.noteUniq, duplicates.unsorted, duplicates.contactPhones, duplicates.tasks, deals];
  return all.flat().reduce((sum, { count }) => sum + count - 1, 0);
}
