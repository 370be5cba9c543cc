import type {
  EntityType,
  NewContact,
  NewLead,
  NewLeadComplex,
  NewNote,
  NewTask,
  NewUnsortedForm,
  NewUnsortedSip,
  NotePatch,
} from '@perezvon/amocrm';
import type { NoteFields, Place, Resolution } from '@perezvon/calls';
import type { EffectRow } from '../ledger/effect-row.js';
import { markerValue } from './marker-field.js';

/** What `resolve` wants, in amoCRM's own fields (amocrm-api.md §4–§6). Pure. Times become Unix seconds. */

type To<Kind extends Resolution['kind']> = Extract<Resolution, { kind: Kind }>;

type Contact = To<'create_contact_and_lead'>['contact'];
type Lead = To<'create_contact_and_lead'>['lead'];

export function contactItem({ marker, command, seq }: EffectRow, wanted: Contact): NewContact {
  return {
    name: wanted.name,
    // R11: the time of the event that caused it, however late it is written.
    created_at: unixSeconds(command.causedAt),
    custom_fields_values: [phoneValue(wanted.phone), markerValue(marker)],
    ...responsible(wanted.responsibleUserId),
    ...tags(wanted.tags),
    request_id: seq,
  };
}

export function leadItem({ marker, command, seq }: EffectRow, wanted: Lead, on: To<'create_lead'>['on']): NewLead {
  return {
    name: wanted.name,
    pipeline_id: wanted.pipelineId,
    status_id: wanted.statusId,
    created_at: unixSeconds(command.causedAt),
    custom_fields_values: [markerValue(marker)],
    ...responsible(wanted.responsibleUserId),
    ...tags(wanted.tags),
    ...(on && {
      _embedded: on.type === 'contact' ? { contacts: [{ id: on.id, is_main: true }] } : { companies: [{ id: on.id }] },
    }),
    request_id: seq,
  };
}

/** A new contact with its first deal (§4.3). */
export function complexItem(
  contact: { readonly effect: EffectRow; readonly wanted: Contact },
  lead: { readonly effect: EffectRow; readonly wanted: Lead },
): NewLeadComplex {
  const { request_id: _, ...newContact } = contactItem(contact.effect, contact.wanted);
  return { ...leadItem(lead.effect, lead.wanted, null), _embedded: { contacts: [newContact] } };
}

/** The service that amoCRM shows beside a call. */
const serviceName = 'Перезвон';
const serviceCode = 'perezvon';

export function unsortedSipItem(effect: EffectRow, wanted: To<'create_unsorted'>): NewUnsortedSip {
  return {
    source_uid: effect.marker,
    source_name: `${serviceName}: входящий звонок`,
    pipeline_id: wanted.pipelineId,
    metadata: {
      phone: wanted.phone ?? hiddenNumber,
      called_at: unixSeconds(wanted.calledAt),
      duration: wanted.durationSec,
      // Required; empty where there is no recording (amocrm-api.md §12.1).
      link: wanted.recordUrl ?? '',
      service_code: serviceCode,
      uniq: effect.command.pbxCallId,
      is_call_event_needed: true,
      // Required as well (§5.2), so null where nobody is responsible.
      call_responsible: wanted.responsibleUserId,
    },
    _embedded: embedded(effect, wanted),
    request_id: effect.seq,
  };
}

/** R2: amoCRM takes `sip` for incoming calls only; the source's name says what this is. */
export function unsortedFormItem(effect: EffectRow, wanted: To<'create_unsorted'>): NewUnsortedForm {
  return {
    source_uid: effect.marker,
    source_name: `${serviceName}: исходящий звонок`,
    pipeline_id: wanted.pipelineId,
    metadata: {
      form_id: `${serviceCode}-outgoing`,
      form_name: 'Исходящий звонок',
      form_page: serviceName,
      form_sent_at: unixSeconds(wanted.calledAt),
      // Required like the others (amocrm-api.md §12.1), and a call has neither.
      ip: '0.0.0.0',
      referer: serviceName,
    },
    _embedded: embedded(effect, wanted),
    request_id: effect.seq,
  };
}

const hiddenNumber = 'Номер скрыт';

/** The lead carries our marker too: once a person accepts the claim it is out of the unsorted list. */
function embedded({ marker }: EffectRow, wanted: To<'create_unsorted'>): NonNullable<NewUnsortedSip['_embedded']> {
  return {
    leads: [
      {
        name: wanted.leadName,
        custom_fields_values: [markerValue(marker)],
        ...responsible(wanted.responsibleUserId),
        ...tags(wanted.tags),
      },
    ],
    contacts: [
      {
        name: wanted.contactName,
        ...(wanted.phone === null ? {} : { custom_fields_values: [phoneValue(wanted.phone)] }),
        ...responsible(wanted.responsibleUserId),
        ...tags(wanted.tags),
      },
    ],
  };
}

export function noteItem({ seq }: EffectRow, { on, note }: To<'create_note'>): NewNote {
  return {
    entity_id: on.id,
    note_type: note.type,
    params: noteParams(note),
    created_at: unixSeconds(note.createdAt),
    ...author(note),
    request_id: seq,
  };
}

/** A task without a card stands alone (R6). */
export function taskItem({ seq }: EffectRow, wanted: To<'create_task'>): NewTask {
  const { on } = wanted;
  return {
    text: wanted.text,
    complete_till: unixSeconds(wanted.completeTill),
    ...(wanted.taskTypeId === null ? {} : { task_type_id: wanted.taskTypeId }),
    ...(on && { entity_id: on.id, entity_type: entityTypeOf(on) }),
    ...responsible(wanted.responsibleUserId),
    // Two calls of one client may owe tasks that are alike to the second: to whoever reads the requests, this tells them apart.
    request_id: `task-${seq}`,
  };
}

export function notePatch({ noteId, note, on }: To<'update_note'>): NotePatch {
  return { id: noteId, entity_id: on.id, note_type: note.type, params: noteParams(note), ...author(note) };
}

export function noteParams(note: NoteFields): Extract<NewNote, { note_type: 'call_in' | 'call_out' }>['params'] {
  return {
    uniq: note.uniq,
    duration: note.durationSec,
    source: serviceName,
    phone: note.phone,
    call_status: note.callStatus,
    // Left out, never null: amoCRM refuses null (§6.2).
    ...(note.recordUrl === null ? {} : { link: note.recordUrl }),
    ...(note.callResult === null ? {} : { call_result: note.callResult }),
    ...(note.responsibleUserId === null ? {} : { call_responsible: note.responsibleUserId }),
  };
}

export function entityTypeOf({ type }: Pick<Place, 'type'>): EntityType {
  switch (type) {
    case 'contact':
      return 'contacts';
    case 'company':
      return 'companies';
    case 'lead':
      return 'leads';
  }
}

/** For Analytics to count a call note the two must be equal (§6.2). */
function author({ responsibleUserId }: NoteFields): { responsible_user_id?: number; created_by?: number } {
  return responsibleUserId === null ? {} : { responsible_user_id: responsibleUserId, created_by: responsibleUserId };
}

const responsible = (userId: number | null): { responsible_user_id?: number } =>
  userId === null ? {} : { responsible_user_id: userId };

const tags = (names: readonly string[]): { tags_to_add?: { name: string }[] } =>
  names.length === 0 ? {} : { tags_to_add: names.map((name) => ({ name })) };

const phoneValue = (phone: string) => ({ field_code: 'PHONE', values: [{ value: phone, enum_code: 'WORK' }] });

export const unixSeconds = (instant: string): number => Math.floor(Date.parse(instant) / 1000);
