import { z } from 'zod';

/**
 * What amoCRM answers, in its own field names (amocrm-api.md §3, §5, §6, §7), reduced to what the product reads.
 * Unknown fields are dropped; a missing or mistyped known one is `answer_changed`. Where the reference says that a field
 * may be null or absent the model has one spelling for both.
 */
const id = z.number().int();
const unixSeconds = z.number().int();
const optionalId = id.nullish().transform((v) => v ?? null);
const optionalTime = unixSeconds.nullish().transform((v) => v ?? null);
const text = z
  .string()
  .nullish()
  .transform((v) => v ?? '');
const optionalText = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((v) => (v == null ? null : String(v)));
/** amoCRM gives some numbers back as strings (§6.2: `call_status`, §5.2: `duration`). */
const looseInt = z
  .union([
    z.number().int(),
    z
      .string()
      .regex(/^-?\d+$/u)
      .transform(Number),
  ])
  .nullish()
  .transform((v) => v ?? null);
const flag = z
  .boolean()
  .nullish()
  .transform((v) => v ?? false);
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((v) => v ?? []);

const reference = z.object({ id });

export const fieldValueSchema = z
  .object({
    value: z.unknown(),
    enum_id: id.nullish().transform((v) => v ?? null),
    // One of the vendor's examples spells the key `enum` (§3.4).
    enum_code: z.string().nullish(),
    enum: z.union([z.string(), z.number()]).nullish(),
  })
  .transform(({ enum: other, enum_code, ...rest }) => ({
    ...rest,
    enum_code: enum_code ?? (typeof other === 'string' ? other : null),
  }));

export const customFieldValueSchema = z.object({
  field_id: id,
  field_code: z
    .string()
    .nullish()
    .transform((v) => v ?? null),
  field_type: z
    .string()
    .nullish()
    .transform((v) => v ?? null),
  values: list(fieldValueSchema),
});
export type CustomFieldValue = z.output<typeof customFieldValueSchema>;

const tag = z.object({ id: optionalId, name: text });

/** A contact or a company: the two differ in names only. `_embedded.leads` carries ids alone (§3.4). */
export const cardSchema = z.object({
  id,
  name: text,
  responsible_user_id: optionalId,
  created_by: optionalId,
  created_at: optionalTime,
  updated_at: optionalTime,
  is_deleted: flag,
  is_unsorted: flag,
  custom_fields_values: list(customFieldValueSchema),
  _embedded: z
    .object({ tags: list(tag), companies: list(reference), contacts: list(reference), leads: list(reference) })
    .nullish()
    .transform((v) => v ?? { tags: [], companies: [], contacts: [], leads: [] }),
});
export type Contact = z.output<typeof cardSchema>;
export type Company = Contact;

export const leadSchema = z.object({
  id,
  name: text,
  price: z
    .number()
    .nullish()
    .transform((v) => v ?? null),
  responsible_user_id: optionalId,
  status_id: optionalId,
  pipeline_id: optionalId,
  created_by: optionalId,
  created_at: optionalTime,
  updated_at: optionalTime,
  closed_at: optionalTime,
  is_deleted: flag,
  custom_fields_values: list(customFieldValueSchema),
  _embedded: z
    .object({
      tags: list(tag),
      companies: list(reference),
      contacts: list(z.object({ id, is_main: flag })),
    })
    .nullish()
    .transform((v) => v ?? { tags: [], companies: [], contacts: [] }),
});
export type Lead = z.output<typeof leadSchema>;

const taskTypeSchema = z.object({
  id,
  name: text,
  code: z
    .string()
    .nullish()
    .transform((v) => v ?? null),
});

/** What `GET /account` adds when it is asked to (§3.1). */
export const accountParts = [
  'amojo_id',
  'amojo_rights',
  'users_groups',
  'task_types',
  'version',
  'entity_names',
  'datetime_settings',
  'drive_url',
  'is_api_filter_enabled',
  'invoices_settings',
] as const;
export type AccountPart = (typeof accountParts)[number];

export const accountSchema = z.object({
  id,
  name: text,
  subdomain: z.string(),
  current_user_id: optionalId,
  country: optionalText,
  currency: optionalText,
  amojo_id: optionalText,
  version: optionalText,
  drive_url: optionalText,
  is_unsorted_on: flag,
  /** The paid filter add-on (§3.5). Absent: treated as off. */
  is_api_filter_enabled: flag,
  _embedded: z
    .object({
      users_groups: list(z.object({ id, name: text })),
      task_types: list(taskTypeSchema),
      datetime_settings: z
        .object({
          timezone: z
            .string()
            .nullish()
            .transform((v) => v ?? null),
        })
        .nullish()
        .transform((v) => v ?? { timezone: null }),
    })
    .nullish()
    .transform((v) => v ?? { users_groups: [], task_types: [], datetime_settings: { timezone: null } }),
});
export type Account = z.output<typeof accountSchema>;

export const userSchema = z.object({
  id,
  name: text,
  email: text,
  phone_number: optionalText,
  rights: z
    .object({ is_admin: flag, is_free: flag, is_active: z.boolean() })
    .describe('is_active has no default: an unknown user must not look deactivated, nor the reverse'),
});
export type User = z.output<typeof userSchema>;

export const statusSchema = z.object({
  id,
  name: text,
  sort: z.number(),
  /** 1 = «Неразобранное», 0 = ordinary (§3.3). */
  type: z.number().int(),
  pipeline_id: id,
});
export const pipelineSchema = z.object({
  id,
  name: text,
  sort: z.number(),
  is_main: z.boolean(),
  is_unsorted_on: flag,
  is_archive: flag,
  _embedded: z.object({ statuses: list(statusSchema) }),
});
export type PipelineStatus = z.output<typeof statusSchema>;
export type Pipeline = z.output<typeof pipelineSchema>;

export const customFieldSchema = z.object({
  id,
  name: text,
  type: z.string(),
  code: z
    .string()
    .nullish()
    .transform((v) => v ?? null),
  is_api_only: flag,
});
export type CustomField = z.output<typeof customFieldSchema>;

export const unsortedSchema = z.object({
  uid: z.string(),
  source_uid: optionalText,
  category: z.string(),
  pipeline_id: optionalId,
  created_at: optionalTime,
  metadata: z
    .object({
      uniq: optionalText,
      phone: optionalText,
      called_at: looseInt,
      form_id: optionalText,
      form_sent_at: looseInt,
    })
    .nullish()
    .transform((v) => v ?? { uniq: null, phone: null, called_at: null, form_id: null, form_sent_at: null }),
  _embedded: z
    .object({ contacts: list(reference), leads: list(reference), companies: list(reference) })
    .nullish()
    .transform((v) => v ?? { contacts: [], leads: [], companies: [] }),
});
export type Unsorted = z.output<typeof unsortedSchema>;

/** How many claims were made, and what became of them (§5.1). */
export const unsortedSummarySchema = z.object({
  total: z.number().int(),
  accepted: z.number().int(),
  declined: z.number().int(),
});
export type UnsortedSummary = z.output<typeof unsortedSummarySchema>;

/** Something that happened in the account (§6.3). `entity_merged` does not say into what. */
export const eventSchema = z
  .object({
    id: z.string(),
    type: z.string(),
    entity_id: optionalId,
    /** Singular here, plural elsewhere. */
    entity_type: optionalText,
    created_by: optionalId,
    created_at: unixSeconds,
    value_after: list(z.object({ note: reference.nullish() })),
  })
  .transform(({ value_after, ...event }) => ({
    ...event,
    /** The note of a call event. */
    note_id: value_after.find(({ note }) => note != null)?.note?.id ?? null,
  }));
export type Event = z.output<typeof eventSchema>;

export const tagSchema = z.object({ id, name: text });
export type Tag = z.output<typeof tagSchema>;

const emptyParams = {
  uniq: null,
  phone: null,
  duration: null,
  link: null,
  call_status: null,
  call_result: null,
  text: null,
};
export const noteSchema = z.object({
  id,
  entity_id: id,
  note_type: z.union([z.string(), z.number()]).transform(String),
  responsible_user_id: optionalId,
  created_by: optionalId,
  created_at: optionalTime,
  updated_at: optionalTime,
  params: z
    .union([
      z.object({
        uniq: optionalText,
        phone: optionalText,
        duration: looseInt,
        link: optionalText,
        call_status: looseInt,
        call_result: optionalText,
        text: optionalText,
      }),
      // PHP writes an empty map as an empty list.
      z.array(z.never()).transform(() => emptyParams),
    ])
    .nullish()
    .transform((v) => v ?? emptyParams),
});
export type Note = z.output<typeof noteSchema>;

export const taskSchema = z.object({
  id,
  text,
  complete_till: optionalTime,
  task_type_id: optionalId,
  entity_id: optionalId,
  entity_type: z
    .string()
    .nullish()
    .transform((v) => v ?? null),
  responsible_user_id: optionalId,
  is_completed: flag,
  created_at: optionalTime,
  updated_at: optionalTime,
});
export type Task = z.output<typeof taskSchema>;

/** The values of a field by its code, such as every phone of a card: `fieldValues(contact, 'PHONE')`. */
export function fieldValues(card: { custom_fields_values: CustomFieldValue[] }, fieldCode: string): string[] {
  return card.custom_fields_values
    .filter((field) => field.field_code === fieldCode)
    .flatMap((field) => field.values)
    .flatMap(({ value }) => (typeof value === 'string' || typeof value === 'number' ? [String(value)] : []));
}

/** The values of a field by its id, such as our marker on a deal. */
export function fieldValuesById(card: { custom_fields_values: CustomFieldValue[] }, fieldId: number): string[] {
  return card.custom_fields_values
    .filter((field) => field.field_id === fieldId)
    .flatMap((field) => field.values)
    .flatMap(({ value }) => (typeof value === 'string' || typeof value === 'number' ? [String(value)] : []));
}
