import { type Change } from '../store/change.js';
import { type Card, type Lead, type Note, type Task, type Unsorted } from '../store/model.js';
import { type PortalStore } from '../store/portal-store.js';
import { cardPayload, leadPayload, notePayload, taskPayload, unsortedPayload } from './payload.js';
import { type FormValue } from './form-encoding.js';

/** One call to a subscriber: the name he subscribed to and what it tells, without the account block. */
export interface Hook {
  readonly name: string;
  readonly payload: Readonly<Record<string, FormValue>>;
}

const ENTITIES = ['lead', 'contact', 'company', 'customer', 'task'];
const CARDS = ['lead', 'contact', 'company', 'customer'];
const UNSORTED = ['add_unsorted', 'update_unsorted', 'delete_unsorted'];

/** What can be subscribed to (§9.1); those of customers, conversations and templates never happen here. */
export const HOOK_NAMES: ReadonlySet<string> = new Set([
  ...['add', 'update', 'delete'].flatMap((action) => ENTITIES.map((entity) => `${action}_${entity}`)),
  ...['add_talk', 'update_talk', 'status_lead', 'add_chat_template_review'],
  ...['restore_lead', 'restore_contact', 'restore_company'],
  ...ENTITIES.map((entity) => `responsible_${entity}`),
  ...CARDS.map((entity) => `note_${entity}`),
]);

/** Names that only the vendor's other brand lists (§9.1): possible by the switch `unsortedHooks`. */
export const UNSORTED_HOOK_NAMES: ReadonlySet<string> = new Set(UNSORTED);

/** Which hooks a write is worth. A card behind a claim that waits is told of once it is accepted. */
export function hooksOf(store: PortalStore, change: Change): Hook[] {
  switch (change.of) {
    case 'leads': {
      const { before, after } = change;
      return cardActions(before, after, isMoved(before, after)).map((action) => {
        const old = action === 'status' ? before : undefined;
        return { name: `${action}_lead`, payload: { leads: { [action]: [leadPayload(store, after, old)] } } };
      });
    }
    case 'contacts':
    case 'companies': {
      const { before, after, of: type } = change;
      const entity = type === 'contacts' ? 'contact' : 'company';
      return cardActions(before, after, false).map((action) => ({
        name: `${action}_${entity}`,
        payload: { contacts: { [action]: [cardPayload(store, type, after)] } },
      }));
    }
    case 'notes':
      return change.before === undefined ? noteHooks(store, change.after) : [];
    case 'tasks':
      return taskActions(change.before, change.after).map((action) => ({
        name: `${action}_task`,
        payload: { task: { [action]: [taskPayload(store, change.after)] } },
      }));
    case 'unsorted':
      return unsortedHooks(store, change.before, change.after);
  }
}

function cardActions(before: Card | undefined, after: Card, isMovedLead: boolean): string[] {
  if (after.unsorted_uid !== null) return [];
  if (before === undefined || before.unsorted_uid !== null) return after.is_deleted ? [] : ['add'];
  if (before.is_deleted !== after.is_deleted) return [after.is_deleted ? 'delete' : 'restore'];
  const actions = ['update'];
  if (before.responsible_user_id !== after.responsible_user_id) actions.push('responsible');
  if (isMovedLead) actions.push('status');
  return actions;
}

function isMoved(before: Lead | undefined, after: Lead): boolean {
  return before !== undefined && (before.status_id !== after.status_id || before.pipeline_id !== after.pipeline_id);
}

function taskActions(before: Task | undefined, after: Task): string[] {
  if (before === undefined) return ['add'];
  return before.responsible_user_id === after.responsible_user_id ? ['update'] : ['update', 'responsible'];
}

function noteHooks(store: PortalStore, note: Note): Hook[] {
  const entity = { leads: 'lead', contacts: 'contact', companies: 'company' }[note.entity_type];
  const key = note.entity_type === 'leads' ? 'leads' : 'contacts';
  return [{ name: `note_${entity}`, payload: { [key]: { note: [{ note: notePayload(store, note) }] } } }];
}

function unsortedHooks(store: PortalStore, before: Unsorted | undefined, after: Unsorted): Hook[] {
  const action = before === undefined ? 'add' : after.outcome === 'waiting' ? 'update' : 'delete';
  return [{ name: `${action}_unsorted`, payload: { unsorted: { [action]: [unsortedPayload(store, after)] } } }];
}
