import {
  ELEMENT_TYPES,
  type Card,
  type FieldEntry,
  type Lead,
  type Note,
  type Task,
  type Unsorted,
  type CardType,
} from '../store/model.js';
import { type PortalStore } from '../store/portal-store.js';
import { type FormValue } from './form-encoding.js';

type Fields = { readonly [key: string]: FormValue };

/** A lead in the field names of the old API (§9.2); `old`: where it was before it moved. */
export function leadPayload(store: PortalStore, lead: Lead, old: Lead | undefined): Fields {
  return {
    ...commonPayload(store, 'leads', lead),
    price: lead.price,
    status_id: lead.status_id,
    old_status_id: old?.status_id,
    pipeline_id: lead.pipeline_id,
    old_pipeline_id: old?.pipeline_id,
  };
}

/** A contact or a company: one key for both, told apart by `type`. */
export function cardPayload(store: PortalStore, type: 'contacts' | 'companies', card: Card): Fields {
  const leads = type === 'contacts' ? store.leadsOfContact(card.id) : store.leadsOfCompany(card.id);
  const companyId = 'company_id' in card && typeof card.company_id === 'number' ? card.company_id : null;
  const company = companyId === null ? undefined : store.companies.get(companyId);
  return {
    ...commonPayload(store, type, card),
    type: type === 'contacts' ? 'contact' : 'company',
    linked_leads_id: Object.fromEntries(leads.map((id) => [id, { ID: id }])),
    linked_company_id: company?.id,
    company_name: company?.name,
  };
}

/** `complete_till` is a formatted date here, not a Unix time. */
export function taskPayload(store: PortalStore, task: Task): Fields {
  return {
    id: task.id,
    element_id: task.entity_id,
    element_type: task.entity_type === null ? null : ELEMENT_TYPES[task.entity_type],
    task_type: task.task_type_id,
    text: task.text,
    status: task.is_completed,
    complete_till: new Date(task.complete_till * 1000).toISOString().slice(0, 19).replace('T', ' '),
    action_close: task.is_completed,
    result: task.result_text === null ? undefined : { id: task.id, text: task.result_text },
    ...peopleAndTimes(store, task),
  };
}

const NOTE_TYPE_CODES: Readonly<Record<string, number>> = {
  common: 4,
  call_in: 10,
  call_out: 11,
  service_message: 25,
  extended_service_message: 25,
  sms_in: 102,
  sms_out: 103,
};

/** A call's `text` is what the note holds, as a JSON text. */
export function notePayload(store: PortalStore, note: Note): Fields {
  const { text } = note.params;
  const isCall = note.note_type === 'call_in' || note.note_type === 'call_out';
  return {
    id: note.id,
    note_type: NOTE_TYPE_CODES[note.note_type] ?? 0,
    element_id: note.entity_id,
    element_type: ELEMENT_TYPES[note.entity_type],
    text: isCall || typeof text !== 'string' ? JSON.stringify(note.params) : text,
    created_by: note.created_by,
    ...peopleAndTimes(store, note),
  };
}

export function unsortedPayload(store: PortalStore, claim: Unsorted): Fields {
  const result = {
    leads: [claim.lead_id],
    contacts: claim.contact_id === null ? [] : [claim.contact_id],
    companies: claim.company_id === null ? [] : [claim.company_id],
  };
  const decided: Readonly<Record<Unsorted['outcome'], Fields>> = {
    waiting: {},
    accepted: { action: 'accept', accept_result: result },
    linked: { action: 'accept', accept_result: result },
    declined: { action: 'decline', decline_result: result },
  };
  return {
    uid: claim.uid,
    category: claim.category,
    source_uid: claim.source_uid,
    pipeline_id: claim.pipeline_id,
    lead_id: claim.lead_id,
    date_create: claim.created_at,
    account_id: store.accountId,
    ...decided[claim.outcome],
  };
}

function commonPayload(store: PortalStore, type: CardType, card: Card): Fields {
  return {
    id: card.id,
    name: card.name,
    ...peopleAndTimes(store, card),
    custom_fields: card.fields.map((entry) => fieldPayload(store, type, entry)),
    tags: card.tag_ids.map((id) => ({ id, name: store.tag(type, id)?.name })),
  };
}

function peopleAndTimes(
  store: PortalStore,
  of: Pick<Card, 'responsible_user_id' | 'created_by' | 'updated_by' | 'created_at' | 'updated_at'>,
): Fields {
  return {
    responsible_user_id: of.responsible_user_id,
    created_user_id: of.created_by,
    modified_user_id: of.updated_by,
    date_create: of.created_at,
    last_modified: of.updated_at,
    created_at: of.created_at,
    updated_at: of.updated_at,
    account_id: store.accountId,
  };
}

/** Dates come as bare values, everything else as objects with its kind. */
function fieldPayload(store: PortalStore, type: CardType, entry: FieldEntry): Fields {
  const field = store.field(type, entry.field_id);
  const isDate = field?.type === 'date' || field?.type === 'date_time' || field?.type === 'birthday';
  return {
    id: entry.field_id,
    name: field?.name,
    code: field?.code ?? undefined,
    values: entry.values.map(({ value, enum_id }) => (isDate ? value : { value, enum: enum_id })),
  };
}
