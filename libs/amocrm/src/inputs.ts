/**
 * What the product sends, in amoCRM's own field names (amocrm-api.md §4–§7). Times are Unix seconds, durations seconds.
 *
 * Optional keys are left out, never null: amoCRM refuses null in `link`, `call_result`, `call_status` of a call (§6.1, §6.2).
 * `request_id` is only echoed: it ties items to answers inside one response. Without it the client sends the index.
 */
export interface FieldInput {
  field_id?: number;
  field_code?: string;
  values: { value?: string | number | boolean; enum_id?: number; enum_code?: string }[];
}

export type TagInput = { id: number } | { name: string };

interface Echoed {
  request_id?: string;
}

interface EntityInput {
  name?: string;
  responsible_user_id?: number;
  /** 0 = robot. */
  created_by?: number;
  updated_by?: number;
  created_at?: number;
  updated_at?: number;
  custom_fields_values?: FieldInput[];
  /** Adds and keeps the rest; `_embedded.tags` would replace them (§4.2). */
  tags_to_add?: TagInput[];
}

export interface NewContact extends EntityInput, Echoed {
  first_name?: string;
  last_name?: string;
}

export type NewCompany = EntityInput & Echoed;

interface LeadInput extends EntityInput {
  price?: number;
  pipeline_id?: number;
  status_id?: number;
}

export interface NewLead extends LeadInput, Echoed {
  _embedded?: { contacts?: { id: number; is_main?: boolean }[]; companies?: { id: number }[] };
}

/** One item of `leads/complex`: at most one contact and one company, each an existing id or a new entity (§4.3). */
export interface NewLeadComplex extends LeadInput, Echoed {
  _embedded?: {
    contacts?: [{ id: number } | Omit<NewContact, 'request_id'>];
    companies?: [{ id: number } | Omit<NewCompany, 'request_id'>];
  };
}

interface UnsortedEmbedded {
  leads?: [LeadInput];
  contacts?: [Omit<NewContact, 'request_id'>];
  companies?: [Omit<NewCompany, 'request_id'>];
}

/**
 * An incoming call in «Неразобранное» (§5.2). `created_at` is not offered: a back-dated claim would hide deep in the
 * list where read-back does not look; the original time is `metadata.called_at` (design.md, Markers and looks).
 */
export interface NewUnsortedSip extends Echoed {
  source_uid: string;
  source_name: string;
  pipeline_id?: number;
  metadata: {
    phone: string;
    /** User id, number or name of who was called. Required, but may be null. */
    call_responsible: string | number | null;
    called_at: number;
    duration: number;
    link: string;
    service_code: string;
    uniq: string;
    from?: string;
    is_call_event_needed: boolean;
  };
  _embedded?: UnsortedEmbedded;
}

/** A form in «Неразобранное» (§5.3): outgoing calls, for which `unsorted/sip` is closed (rules R2). */
export interface NewUnsortedForm extends Echoed {
  source_uid: string;
  source_name: string;
  pipeline_id?: number;
  metadata: {
    form_id: string;
    form_name: string;
    form_page: string;
    form_sent_at: number;
    ip?: string;
    referer?: string;
  };
  _embedded?: UnsortedEmbedded;
}

/** `uniq` is our marker; nothing in amoCRM enforces it (§10). */
export interface CallNoteParams {
  uniq: string;
  duration: number;
  source: string;
  phone: string;
  link?: string;
  call_responsible?: string | number;
  call_result?: string;
  /** 1 left a message · 2 call back later · 3 not in · 4 conversation held · 5 wrong number · 6 no answer · 7 busy */
  call_status?: number;
}

interface NoteInput extends Echoed {
  entity_id: number;
  /** For Analytics to count a call it must equal `created_by` (§6.2). */
  responsible_user_id?: number;
  created_by?: number;
  created_at?: number;
  is_need_to_trigger_digital_pipeline?: boolean;
}

export type NewNote = NoteInput &
  (
    | { note_type: 'call_in' | 'call_out'; params: CallNoteParams }
    | { note_type: 'common'; params: { text: string } }
    | { note_type: 'service_message' | 'extended_service_message'; params: { service: string; text: string } }
  );

export interface NotePatch extends Echoed {
  id: number;
  entity_id?: number;
  note_type: NewNote['note_type'];
  params: CallNoteParams | { text: string } | { service: string; text: string };
  responsible_user_id?: number;
  created_by?: number;
}

export interface NewTask extends Echoed {
  text: string;
  complete_till: number;
  task_type_id?: number;
  /** Absent with `entity_type`: the task stands alone (rules R6). */
  entity_id?: number;
  entity_type?: EntityType;
  responsible_user_id?: number;
  created_by?: number;
  created_at?: number;
}

export interface NewCustomField extends Echoed {
  type: 'text' | 'numeric' | 'url';
  name: string;
  code?: string;
  sort?: number;
  /** Editable through the API only: where our marker lives (§3.4). */
  is_api_only?: boolean;
}

export interface NewTag extends Echoed {
  name: string;
}

/** Entities that carry notes, tasks and custom fields. */
export type EntityType = 'leads' | 'contacts' | 'companies';

/** `POST /leads` and `/contacts`, and the others that take an array: at most 50 (recommended; 250 is the cap, §2.2). */
export const maxItemsPerWrite = 50;
