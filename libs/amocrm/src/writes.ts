import { z } from 'zod';
import { validationErrorsOf } from './answer.js';
import { correlate, withRequestIds, type Answered } from './correlate.js';
import {
  maxItemsPerWrite,
  type EntityType,
  type NewCustomField,
  type NewCompany,
  type NewContact,
  type NewLead,
  type NewLeadComplex,
  type NewNote,
  type NewTag,
  type NewTask,
  type NewUnsortedForm,
  type NewUnsortedSip,
  type NotePatch,
} from './inputs.js';
import { type CallOptions, type Requester } from './requester.js';
import { exchangeOf, type ItemOutcome, type WriteResult } from './result.js';
import { settleWrite, whereItChanged } from './settle.js';

export interface Created {
  id: number;
}

export interface CreatedComplex {
  id: number;
  contactId: number | null;
  companyId: number | null;
  /** Duplicate control put it into a lead that was there before (§4.3): `id` is that lead's. */
  merged: boolean;
}

export interface CreatedUnsorted {
  uid: string;
  /** Of the hidden contact and lead, which exist at once (§5.2). */
  contactIds: number[];
  leadIds: number[];
  companyIds: number[];
}

/** One outcome per item sent, in the order sent. */
export type BatchResult<T> = WriteResult<ItemOutcome<T>[]>;

const id = z.number().int();
const requestId = z.union([z.string(), z.number()]).transform((v) => [String(v)]);
const noRequestId = requestId.nullish().transform((v) => v ?? []);

const createdSchema = z
  .object({ id, request_id: noRequestId })
  .transform((v): Answered<Created> => ({ requestIds: v.request_id, value: { id: v.id } }));

const complexSchema = z
  .object({
    id,
    contact_id: id.nullish(),
    company_id: id.nullish(),
    merged: z.boolean().nullish(),
    request_id: z
      .union([requestId, z.array(z.union([z.string(), z.number()]).transform(String))])
      .nullish()
      .transform((v) => v ?? []),
  })
  .transform((v): Answered<CreatedComplex> => ({
    requestIds: v.request_id,
    value: {
      id: v.id,
      contactId: v.contact_id ?? null,
      companyId: v.company_id ?? null,
      merged: v.merged ?? false,
    },
  }));

const ids = z
  .array(z.object({ id }))
  .nullish()
  .transform((v) => (v ?? []).map((one) => one.id));
const unsortedSchema = z
  .object({
    uid: z.string(),
    request_id: noRequestId,
    _embedded: z
      .object({ contacts: ids, leads: ids, companies: ids })
      .nullish()
      .transform((v) => v ?? { contacts: [], leads: [], companies: [] }),
  })
  .transform((v): Answered<CreatedUnsorted> => ({
    requestIds: v.request_id,
    value: {
      uid: v.uid,
      contactIds: v._embedded.contacts,
      leadIds: v._embedded.leads,
      companyIds: v._embedded.companies,
    },
  }));

/** Where a route's entries stand in its success: under a name of `_embedded`, or bare (`leads/complex`, §4.3). */
function embedded<T>(name: string, entry: z.ZodType<Answered<T>>): z.ZodType<Answered<T>[]> {
  const entries = z
    .array(entry)
    .nullish()
    .transform((v) => v ?? []);
  return z
    .object({
      '_embedded': z.record(z.string(), z.unknown()).nullish(),
      'validation-errors': z.unknown().optional(),
    })
    .refine((v) => v._embedded != null || v['validation-errors'] !== undefined, 'neither entities nor errors')
    .transform((v) => v._embedded?.[name])
    .pipe(entries);
}

export type Writes = ReturnType<typeof createWrites>;

/**
 * Every write takes 1 to 50 items and is answered item by item. None is idempotent (amocrm-api.md §10): a result
 * `in_doubt`, an item `in_doubt`, or a rejection with `unnamedMayBeApplied` asks for a look before any second write.
 *
 * @throws Error for an empty batch, one over the limit, or items that share a `request_id`: mistakes of the caller
 */
export function createWrites(requester: Requester) {
  const { post, write } = batchWriter(requester);
  return {
    createContacts(items: readonly NewContact[], options?: CallOptions): Promise<BatchResult<Created>> {
      return post('/api/v4/contacts', items, embedded('contacts', createdSchema), options);
    },

    createCompanies(items: readonly NewCompany[], options?: CallOptions): Promise<BatchResult<Created>> {
      return post('/api/v4/companies', items, embedded('companies', createdSchema), options);
    },

    createLeads(items: readonly NewLead[], options?: CallOptions): Promise<BatchResult<Created>> {
      return post('/api/v4/leads', items, embedded('leads', createdSchema), options);
    },

    /** Leads, each with its contact and company, new or existing, in one request (§4.3). */
    createLeadsComplex(items: readonly NewLeadComplex[], options?: CallOptions): Promise<BatchResult<CreatedComplex>> {
      return post('/api/v4/leads/complex', items, z.array(complexSchema), options);
    },

    createUnsortedSip(items: readonly NewUnsortedSip[], options?: CallOptions): Promise<BatchResult<CreatedUnsorted>> {
      return post('/api/v4/leads/unsorted/sip', items, embedded('unsorted', unsortedSchema), options);
    },

    createUnsortedForms(
      items: readonly NewUnsortedForm[],
      options?: CallOptions,
    ): Promise<BatchResult<CreatedUnsorted>> {
      return post('/api/v4/leads/unsorted/forms', items, embedded('unsorted', unsortedSchema), options);
    },

    createNotes(
      entityType: EntityType,
      items: readonly NewNote[],
      options?: CallOptions,
    ): Promise<BatchResult<Created>> {
      return post(`/api/v4/${entityType}/notes`, items, embedded('notes', createdSchema), options);
    },

    /** Brings notes to a new state. A repeat writes the same again, but a late one may overwrite a newer: still a write. */
    patchNotes(
      entityType: EntityType,
      items: readonly NotePatch[],
      options?: CallOptions,
    ): Promise<BatchResult<Created>> {
      const byNoteId = z
        .object({ id })
        .transform((v): Answered<Created> => ({ requestIds: [String(v.id)], value: { id: v.id } }));
      // The success of a PATCH names the note (§4.2), so the note's id is what ties the two together.
      const named = items.map((item) => ({ ...item, request_id: String(item.id) }));
      return write('PATCH', `/api/v4/${entityType}/notes`, named, embedded('notes', byNoteId), options);
    },

    createTasks(items: readonly NewTask[], options?: CallOptions): Promise<BatchResult<Created>> {
      return post('/api/v4/tasks', items, embedded('tasks', createdSchema), options);
    },

    /** A name that is there already gives the tag that has it (§4.2), so this one may be repeated. */
    createTags(entityType: EntityType, items: readonly NewTag[], options?: CallOptions): Promise<BatchResult<Created>> {
      return post(`/api/v4/${entityType}/tags`, items, embedded('tags', createdSchema), options);
    },

    /** Makes one custom field (administrators). In doubt: look at `customFields` before making it again. */
    createCustomField(
      entityType: EntityType,
      field: NewCustomField,
      options?: CallOptions,
    ): Promise<BatchResult<Created>> {
      const path = `/api/v4/${entityType}/custom_fields`;
      return post(path, [field], embedded('custom_fields', createdSchema), options);
    },
  };
}

function batchWriter(requester: Requester) {
  function post<T>(
    path: string,
    items: readonly { request_id?: string }[],
    answer: z.ZodType<Answered<T>[]>,
    options: CallOptions | undefined,
  ): Promise<BatchResult<T>> {
    return write('POST', path, items, answer, options);
  }

  async function write<T>(
    method: 'POST' | 'PATCH',
    path: string,
    batch: readonly { request_id?: string }[],
    answerSchema: z.ZodType<Answered<T>[]>,
    options: CallOptions | undefined,
  ): Promise<BatchResult<T>> {
    if (batch.length === 0 || batch.length > maxItemsPerWrite) {
      throw new Error(`${path} takes 1 to ${maxItemsPerWrite} items, got ${batch.length}`);
    }
    const { items, requestIds } = withRequestIds(batch);
    const answer = await requester.request({ method, route: path, path, body: items }, options);
    if (!answer.ok) return settleWrite(answer.failure, requestIds);

    const exchange = exchangeOf(answer);
    if (answer.empty) return settleWrite({ code: 'unexpected_empty', ...exchange }, requestIds);
    const parsed = answerSchema.safeParse(answer.value);
    if (!parsed.success) {
      return settleWrite({ code: 'answer_changed', detail: whereItChanged(parsed.error), ...exchange }, requestIds);
    }
    const outcomes = correlate(requestIds, parsed.data, validationErrorsOf(answer.value));
    return { kind: 'done', value: outcomes, ...exchange };
  }

  return { post, write };
}
