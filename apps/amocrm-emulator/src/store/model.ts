/**
 * What a portal holds, in the vendor's own field names (reference §3–§7): a stand-in speaks the vendor's language.
 * Values are immutable: a write replaces the whole value, which makes versions, snapshots and search caches cheap.
 */

export const CARD_TYPES = ['contacts', 'companies', 'leads'] as const;
/** The entities that carry custom fields, tags, notes and tasks. */
export type CardType = (typeof CARD_TYPES)[number];

export const SINGULAR: Record<CardType, string> = { contacts: 'contact', companies: 'company', leads: 'lead' };

/** The old API's numbers for kinds of cards, in hooks and in the pop-up (§9.2). */
export const ELEMENT_TYPES: Record<CardType, number> = { contacts: 1, leads: 2, companies: 3 };

/** Closed stages, the same ids in every pipeline (§3.3). */
export const WON = 142;
export const LOST = 143;

export interface FieldValue {
  readonly value: string | number | boolean;
  readonly enum_id?: number;
  readonly enum_code?: string | null;
}

/** The values of one custom field of one card; names and codes are looked up in the directory when shown. */
export interface FieldEntry {
  readonly field_id: number;
  readonly values: readonly FieldValue[];
}

/** What contacts, companies and leads have in common. Times are Unix seconds. */
export interface Card {
  readonly id: number;
  readonly name: string;
  readonly responsible_user_id: number;
  readonly group_id: number;
  readonly created_by: number;
  readonly updated_by: number;
  readonly created_at: number;
  readonly updated_at: number;
  readonly is_deleted: boolean;
  readonly fields: readonly FieldEntry[];
  readonly tag_ids: readonly number[];
  /** The claim that waits in «Неразобранное» and brought this card; null once accepted, or when made directly. */
  readonly unsorted_uid: string | null;
  /** The card that swallowed this one when a person merged the two; it is deleted then. */
  readonly merged_into: number | null;
}

export interface Contact extends Card {
  readonly first_name: string;
  readonly last_name: string;
  readonly company_id: number | null;
}

export type Company = Card;

export interface Lead extends Card {
  readonly price: number;
  readonly pipeline_id: number;
  readonly status_id: number;
  readonly loss_reason_id: number | null;
  readonly closed_at: number | null;
  readonly contacts: readonly { readonly id: number; readonly is_main: boolean }[];
  readonly company_id: number | null;
  readonly source_external_id: string | null;
}

export type NoteParams = Readonly<Record<string, unknown>>;

export interface Note {
  readonly id: number;
  readonly entity_type: CardType;
  readonly entity_id: number;
  readonly note_type: string;
  readonly params: NoteParams;
  readonly created_by: number;
  readonly updated_by: number;
  readonly created_at: number;
  readonly updated_at: number;
  readonly responsible_user_id: number;
  readonly group_id: number;
}

export interface Task {
  readonly id: number;
  readonly text: string;
  readonly complete_till: number;
  readonly task_type_id: number;
  readonly entity_type: CardType | null;
  readonly entity_id: number | null;
  readonly responsible_user_id: number;
  readonly group_id: number;
  readonly duration: number;
  readonly is_completed: boolean;
  readonly result_text: string | null;
  readonly created_by: number;
  readonly updated_by: number;
  readonly created_at: number;
  readonly updated_at: number;
}

export type UnsortedCategory = 'sip' | 'forms' | 'mail' | 'chats';

/** A claim in «Неразобранное» (§5); an accepted or declined one is kept for the summary but no longer listed. */
export interface Unsorted {
  /** Ours, for the order of the list; the vendor shows `uid` only. */
  readonly id: number;
  readonly uid: string;
  readonly source_uid: string;
  readonly source_name: string;
  readonly category: UnsortedCategory;
  readonly pipeline_id: number;
  readonly created_at: number;
  readonly updated_at: number;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly lead_id: number;
  readonly contact_id: number | null;
  readonly company_id: number | null;
  readonly outcome: 'waiting' | 'accepted' | 'declined' | 'linked';
}

export interface CrmEvent {
  readonly id: number;
  /** 26 characters, as the vendor's (§6.3). */
  readonly event_id: string;
  readonly type: string;
  readonly entity_type: string;
  readonly entity_id: number;
  readonly created_by: number;
  readonly created_at: number;
  readonly value_after: readonly unknown[];
  readonly value_before: readonly unknown[];
}

/** Whose cards: all, those of the user's group, his own, none (§3.2). */
export const RIGHT_LETTERS = ['A', 'G', 'M', 'D'] as const;
export type RightLetter = (typeof RIGHT_LETTERS)[number];
export const CARD_RIGHTS = ['view', 'edit', 'add', 'delete', 'export'] as const;
export type CardRight = (typeof CARD_RIGHTS)[number];
export type CardRights = Readonly<Record<CardType, Readonly<Record<CardRight, RightLetter>>>>;

export interface User {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly phone_number: string;
  readonly is_admin: boolean;
  readonly is_free: boolean;
  readonly is_active: boolean;
  readonly group_id: number | null;
  readonly role_id: number | null;
  /** What he may do when he is no administrator. */
  readonly rights: CardRights;
}

/** A named set of rights that users can be given (§3.2). */
export interface Role {
  readonly id: number;
  readonly name: string;
  readonly rights: CardRights;
}

/** Own cards only: what a user has unless somebody gives him more. */
export const OWN_CARDS: CardRights = {
  contacts: ownCards(),
  companies: ownCards(),
  leads: ownCards(),
};

function ownCards(): Record<CardRight, RightLetter> {
  return { view: 'M', edit: 'M', add: 'A', delete: 'M', export: 'M' };
}

export interface Status {
  readonly id: number;
  readonly name: string;
  readonly sort: number;
  readonly is_editable: boolean;
  readonly color: string;
  /** 1 is «Неразобранное», 0 every other stage (§3.3). */
  readonly type: 0 | 1;
}

export interface Pipeline {
  readonly id: number;
  readonly name: string;
  readonly sort: number;
  readonly is_main: boolean;
  readonly is_unsorted_on: boolean;
  readonly is_archive: boolean;
  readonly statuses: readonly Status[];
}

/** Where an integration's leads come from. */
export interface Source {
  readonly id: number;
  readonly name: string;
  readonly pipeline_id: number;
  readonly external_id: string;
  readonly default: boolean;
}

export interface TaskType {
  readonly id: number;
  readonly name: string;
  readonly code: string;
}

export interface FieldEnum {
  readonly id: number;
  readonly value: string;
  readonly code: string | null;
  readonly sort: number;
}

export interface CustomField {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly code: string | null;
  readonly sort: number;
  readonly is_api_only: boolean;
  readonly is_predefined: boolean;
  readonly group_id: string | null;
  readonly enums: readonly FieldEnum[];
}

export interface Tag {
  readonly id: number;
  readonly name: string;
}

/** Digits of a phone as a person typed it. */
export function digitsOf(text: string): string {
  return text.replace(/\D/g, '');
}
