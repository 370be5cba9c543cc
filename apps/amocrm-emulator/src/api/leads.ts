import { NO_CONTENT, ok, type Answer } from '../http/answer.js';
import { type Exchange, hasWith, idParam } from '../http/exchange.js';
import { pageOf, requestLink, selfLink } from '../http/hal.js';
import { type Lead, LOST, WON } from '../store/model.js';
import { itemsOf, objectOf, writeBatch, type BatchItem } from './batch.js';
import { changedCard, newCard, readCard, showTags, wantsDeleted } from './card-fields.js';
import { listCards, reference } from './card-lists.js';
import { isGone } from './contacts.js';
import { showFields } from './field-values.js';
import { type ItemReader } from './item-reader.js';
import { requireAdding, requireRight } from './rights.js';

/** `GET /api/v4/leads` (§3.4). */
export function listLeads(x: Exchange): Answer {
  const rows = listCards(x, 'leads', x.store.leads, ['created_at', 'updated_at', 'id']);
  return pageOf(x, 'leads', rows, (lead) => (wantsDeleted(x) ? showTrashed(x, lead) : showLead(x, lead)));
}

/** `GET /api/v4/leads/{id}`: 204 when there is none (§2.4). */
export function getLead(x: Exchange): Answer {
  const lead = x.store.leads.get(idParam(x));
  if (lead === undefined) return NO_CONTENT;
  requireRight(x, 'view', 'leads', lead);
  if (lead.is_deleted) {
    const shown = wantsDeleted(x) || x.portal.settings.deletedById === 'is_deleted';
    return shown ? ok(showTrashed(x, lead)) : NO_CONTENT;
  }
  return ok(showLead(x, lead));
}

/** `POST /api/v4/leads` (§4.1). */
export function createLeads(x: Exchange): Answer {
  requireAdding(x, 'leads');
  return writeBatch(
    x,
    itemsOf(x),
    ({ reader, requestId }) => {
      const create = prepareLead(x, reader);
      const links = readLinks(x, reader);
      return () => ({ id: create(links).id, request_id: requestId });
    },
    (created) => ({
      ...requestLink(x),
      _embedded: { leads: created.map((item) => ({ ...item, ...selfLink(x, `leads/${item.id}`) })) },
    }),
  );
}

/** `PATCH /api/v4/leads` (§4.2). */
export function updateLeads(x: Exchange): Answer {
  return writeBatch(
    x,
    itemsOf(x),
    (item) => prepareLeadUpdate(x, item, item.reader.integer('id', { required: true })),
    (updated) => ({ ...requestLink(x), _embedded: { leads: updated } }),
  );
}

/** `PATCH /api/v4/leads/{id}`: answers the bare object (§4.2). */
export function updateLead(x: Exchange): Answer {
  const body = { ...objectOf(x), id: idParam(x) };
  return writeBatch(
    x,
    [body],
    (item) => prepareLeadUpdate(x, item, item.reader.integer('id')),
    ([updated]) => updated,
  );
}

/** Where a new lead goes: `unsorted` for claims, which put it into the pipeline's type-1 stage whatever was asked. */
export type LeadPlace = 'stage' | { readonly unsortedIn: number | undefined };

/** Checks a lead's own fields, without links; the result stores it. */
export function prepareLead(x: Exchange, reader: ItemReader, place: LeadPlace = 'stage') {
  const changes = readCard(x, 'leads', reader);
  const price = reader.integer('price', { min: 0 });
  const lossReason = reader.integer('loss_reason_id', { nullable: true });
  const closedAt = reader.integer('closed_at', { nullable: true });
  const stage = readStage(x, reader, undefined);
  const source = reader.object('_embedded', { nullable: true })?.object('source', { nullable: true });
  const sourceId = source?.string('external_id') ?? null;
  source?.string('type');

  return (more: Partial<Lead> = {}): Lead => {
    const id = x.store.newId('leads');
    const card = newCard(x, 'leads', id, changes);
    const target = place === 'stage' ? stage : unsortedStage(x, place.unsortedIn);
    return x.store.putLead({
      ...card,
      name: changes.name ?? `Сделка #${id}`,
      price: price ?? 0,
      ...target,
      loss_reason_id: lossReason ?? null,
      closed_at: isClosed(target.status_id) ? (closedAt ?? x.store.nowSec()) : null,
      contacts: [],
      company_id: null,
      source_external_id: sourceId,
      ...more,
    });
  };
}

/** Checks a change of a lead, also one that duplicate control makes of a new lead. */
export function prepareLeadUpdate(x: Exchange, { reader, requestId }: BatchItem, id: number | undefined) {
  const existing = id === undefined ? undefined : x.store.leads.get(id);
  if (id !== undefined && isGone(existing)) reader.notSupported('id');
  requireRight(x, 'edit', 'leads', existing);
  const changes = readCard(x, 'leads', reader);
  const price = reader.integer('price', { min: 0 });
  const lossReason = reader.integer('loss_reason_id', { nullable: true });
  const closedAt = reader.integer('closed_at', { nullable: true });
  const stage = readStage(x, reader, existing);
  return () => {
    const before = x.store.leads.get(id ?? 0);
    if (before === undefined) throw new Error(`lead ${id} passed validation and is gone`);
    const closes = isClosed(stage.status_id);
    const lead = x.store.putLead({
      ...before,
      ...changedCard(x, 'leads', before, changes),
      price: price ?? before.price,
      ...stage,
      loss_reason_id: lossReason ?? (closes ? before.loss_reason_id : null),
      closed_at: closes ? (closedAt ?? before.closed_at ?? x.store.nowSec()) : null,
    });
    return {
      id: lead.id,
      updated_at: lead.updated_at,
      request_id: requestId,
      ...selfLink(x, `leads/${lead.id}`),
    };
  };
}

interface Stage {
  readonly pipeline_id: number;
  readonly status_id: number;
}

/**
 * The pipeline and stage a write asks for. Nothing asked: the first working stage of the main pipeline, or where the
 * lead is. A stage alone names its pipeline, except 142 and 143, which every pipeline has. «Неразобранное» is refused
 * (§4.1).
 */
function readStage(x: Exchange, reader: ItemReader, lead: Lead | undefined): Stage {
  const main = x.store.mainPipeline();
  const here: Stage = {
    pipeline_id: lead?.pipeline_id ?? main.id,
    status_id: lead?.status_id ?? x.store.firstWorkingStatus(main).id,
  };
  const pipelineId = reader.integer('pipeline_id');
  const statusId = reader.integer('status_id');
  const asked = pipelineId === undefined ? undefined : x.store.pipeline(pipelineId);
  if (pipelineId !== undefined && asked === undefined) reader.notSupported('pipeline_id');

  if (statusId === undefined) {
    if (asked === undefined || asked.id === lead?.pipeline_id) return here;
    return { pipeline_id: asked.id, status_id: x.store.firstWorkingStatus(asked).id };
  }
  const owner = x.store.directory.pipelines.find((p) => p.statuses.some((status) => status.id === statusId));
  const pipeline = asked ?? (isClosed(statusId) ? x.store.pipeline(here.pipeline_id) : owner);
  const status = pipeline?.statuses.find((candidate) => candidate.id === statusId);
  if (pipeline === undefined || status === undefined || status.type === 1) {
    reader.notSupported('status_id');
    return here;
  }
  return { pipeline_id: pipeline.id, status_id: status.id };
}

function unsortedStage(x: Exchange, pipelineId: number | undefined): Stage {
  const pipeline = (pipelineId === undefined ? undefined : x.store.pipeline(pipelineId)) ?? x.store.mainPipeline();
  const status = x.store.unsortedStatus(pipeline) ?? x.store.firstWorkingStatus(pipeline);
  return { pipeline_id: pipeline.id, status_id: status.id };
}

function isClosed(statusId: number): boolean {
  return statusId === WON || statusId === LOST;
}

/** `_embedded.contacts[{id, is_main}]` and `_embedded.companies[{id}]`: existing cards only (§4.1). */
function readLinks(x: Exchange, reader: ItemReader): Pick<Lead, 'contacts' | 'company_id'> {
  const embedded = reader.object('_embedded', { nullable: true });
  const contacts = (embedded?.objects('contacts', { nullable: true }) ?? []).map((contact, index) => {
    const id = contact.integer('id', { required: true });
    if (id !== undefined && isGone(x.store.contacts.get(id))) contact.notSupported('id');
    return { id: id ?? 0, is_main: contact.boolean('is_main') ?? index === 0 };
  });
  const company = embedded?.objects('companies', { nullable: true, max: 1 })?.[0];
  const companyId = company?.integer('id', { required: true });
  if (companyId !== undefined && isGone(x.store.companies.get(companyId))) company?.notSupported('id');
  return { contacts, company_id: companyId ?? null };
}

function showLead(x: Exchange, lead: Lead) {
  const {
    fields,
    tag_ids,
    merged_into: _merged,
    unsorted_uid: _,
    contacts,
    company_id,
    source_external_id,
    ...plain
  } = lead;
  return {
    ...plain,
    source_id: null,
    closest_task_at: x.store.closestTaskAt('leads', lead.id),
    custom_fields_values: showFields(x.store, 'leads', fields),
    score: null,
    account_id: x.store.accountId,
    labor_cost: null,
    ...selfLink(x, `leads/${lead.id}`),
    _embedded: {
      tags: showTags(x, 'leads', tag_ids),
      companies: company_id === null ? [] : [reference(x, 'companies', company_id)],
      contacts: hasWith(x, 'contacts')
        ? contacts.map(({ id, is_main }) => ({ ...reference(x, 'contacts', id), is_main }))
        : undefined,
      source: hasWith(x, 'source') ? sourceOf(source_external_id) : undefined,
    },
  };
}

function sourceOf(externalId: string | null) {
  return externalId === null ? null : { external_id: externalId, type: 'widget' };
}

function showTrashed(x: Exchange, lead: Lead) {
  return {
    id: lead.id,
    updated_at: lead.updated_at,
    updated_by: lead.updated_by,
    is_deleted: true,
    ...selfLink(x, `leads/${lead.id}`),
  };
}
