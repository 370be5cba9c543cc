import { ok, problem, refuseInvalid, Refusal, type Answer } from '../http/answer.js';
import { type Exchange, orderOf } from '../http/exchange.js';
import { pageOf, requestLink } from '../http/hal.js';
import { queryBranch, queryList, queryRange } from '../http/query.js';
import { mergeCards } from '../store/merge-cards.js';
import { type Unsorted, type UnsortedCategory } from '../store/model.js';
import { itemsOf, objectOf, writeBatch } from './batch.js';
import { readUser } from './card-fields.js';
import { reference } from './card-lists.js';
import { isGone } from './contacts.js';
import { ItemReader } from './item-reader.js';
import { requireAdding } from './rights.js';
import { prepareClaim } from './unsorted-claims.js';

/** `POST /api/v4/leads/unsorted/sip` (§5.2). */
export const createSipClaims = (x: Exchange): Answer => createClaims(x, 'sip');

/** `POST /api/v4/leads/unsorted/forms` (§5.3). */
export const createFormClaims = (x: Exchange): Answer => createClaims(x, 'forms');

/** Claims of any kind; those of mail and chats the account receives by itself. */
export function createClaims(x: Exchange, category: UnsortedCategory): Answer {
  requireAdding(x, 'leads');
  const inThisRequest: string[] = [];
  return writeBatch(
    x,
    itemsOf(x),
    ({ reader, requestId }) => {
      const create = prepareClaim(x, reader, category, inThisRequest);
      return () => ({ claim: create(), requestId });
    },
    (created) => ({
      _total_items: created.length,
      ...requestLink(x),
      _embedded: {
        unsorted: created.map(({ claim, requestId }) => ({
          uid: claim.uid,
          account_id: x.store.accountId,
          request_id: requestId,
          ...claimLink(x, claim),
          _embedded: entitiesOf(x, claim),
        })),
      },
    }),
  );
}

/** `GET /api/v4/leads/unsorted` (§5.1): what waits; no filter by source_uid, phone or date. */
export function listUnsorted(x: Exchange): Answer {
  const order = orderOf(x, ['created_at', 'updated_at']);
  const filter = queryBranch(x.query, 'filter');
  const uids = queryList(filter, 'uid');
  const categories = queryList(filter, 'category');
  const pipelines = queryList(filter, 'pipeline_id');
  const rows = [...x.store.unsorted.list(x.store.cutoffMs())].filter(
    (claim) =>
      claim.outcome === 'waiting' &&
      (uids === undefined || uids.includes(claim.uid)) &&
      (categories === undefined || categories.includes(claim.category)) &&
      (pipelines === undefined || pipelines.includes(String(claim.pipeline_id))),
  );
  if (order !== undefined) {
    const sign = order.direction === 'asc' ? 1 : -1;
    rows.sort((a, b) => sign * (a[order.field] - b[order.field] || a.id - b.id));
  }
  return pageOf(x, 'unsorted', rows, (claim) => showClaim(x, claim));
}

/** `GET /api/v4/leads/unsorted/{uid}`. */
export function getUnsorted(x: Exchange): Answer {
  return ok(showClaim(x, waitingClaim(x)));
}

/** `POST /api/v4/leads/unsorted/{uid}/accept` (§5.3): the lead enters a stage, the hidden contact becomes visible. */
export function acceptUnsorted(x: Exchange): Answer {
  const claim = waitingClaim(x);
  const decision = readDecision(x, claim);
  const { store } = x;
  const now = store.nowSec();
  const lead = store.leads.get(claim.lead_id);
  if (lead === undefined) throw new Error(`claim ${claim.uid} has no lead`);
  const phone = phoneOf(claim);
  store.putLead({
    ...lead,
    name: claim.category === 'sip' && lead.name === `Сделка #${lead.id}` ? `Звонок от ${phone}` : lead.name,
    pipeline_id: decision.pipelineId,
    status_id: decision.statusId,
    responsible_user_id: decision.userId ?? lead.responsible_user_id,
    updated_by: decision.userId ?? x.user.id,
    updated_at: now,
    unsorted_uid: null,
  });
  const contact = claim.contact_id === null ? undefined : store.contacts.get(claim.contact_id);
  if (contact?.unsorted_uid === claim.uid) {
    store.putContact({
      ...contact,
      name: contact.name === '' && phone !== '' ? `Автоконтакт ${phone}` : contact.name,
      responsible_user_id: decision.userId ?? contact.responsible_user_id,
      updated_at: x.portal.settings.acceptTouchesContact ? now : contact.updated_at,
      unsorted_uid: null,
    });
  }
  const company = claim.company_id === null ? undefined : store.companies.get(claim.company_id);
  if (company?.unsorted_uid === claim.uid) store.putCompany({ ...company, unsorted_uid: null });
  return ok(showDecided(x, store.putUnsorted({ ...claim, outcome: 'accepted', updated_at: now })));
}

/** `DELETE /api/v4/leads/unsorted/{uid}/decline` (§5.3): what the claim brought goes to the trash. */
export function declineUnsorted(x: Exchange): Answer {
  const claim = waitingClaim(x);
  readDecision(x, claim);
  const { store } = x;
  const gone = { is_deleted: true, updated_at: store.nowSec(), updated_by: x.user.id };
  const lead = store.leads.get(claim.lead_id);
  if (lead !== undefined) store.putLead({ ...lead, ...gone });
  const contact = claim.contact_id === null ? undefined : store.contacts.get(claim.contact_id);
  if (contact?.unsorted_uid === claim.uid) store.putContact({ ...contact, ...gone });
  const company = claim.company_id === null ? undefined : store.companies.get(claim.company_id);
  if (company?.unsorted_uid === claim.uid) store.putCompany({ ...company, ...gone });
  return ok(showDecided(x, store.putUnsorted({ ...claim, outcome: 'declined', updated_at: gone.updated_at })));
}

/**
 * `POST /api/v4/leads/unsorted/{uid}/link` (§5.3): the claim goes to a lead that is there, its own lead and contact into
 * that lead and its contact. Chats only, mail by switch: a call cannot be linked.
 */
export function linkUnsorted(x: Exchange): Answer {
  const claim = waitingClaim(x);
  const isMail = claim.category === 'mail' && x.portal.settings.linkableClaims === 'chats_and_mail';
  if (claim.category !== 'chats' && !isMail) throw new Refusal(problem(400, 'This claim can not be linked'));
  const reader = new ItemReader(objectOf(x));
  readUser(x, reader, 'user_id');
  const link = reader.object('link', { required: true });
  const leadId = link?.integer('entity_id', { required: true });
  const entityType = link?.string('entity_type', { required: true });
  if (entityType !== undefined && entityType !== 'leads') link?.notSupported('entity_type');
  if (leadId !== undefined && isGone(x.store.leads.get(leadId))) link?.notSupported('entity_id');
  const metadata = link?.object('metadata', { nullable: true });
  const contactId = metadata?.integer('contact_id');
  if (contactId !== undefined && isGone(x.store.contacts.get(contactId))) metadata?.notSupported('contact_id');
  refuseInvalid(reader.errors);

  const { store } = x;
  mergeCards(store, 'leads', claim.lead_id, leadId ?? 0, x.user.id);
  if (claim.contact_id !== null && contactId !== undefined) {
    mergeCards(store, 'contacts', claim.contact_id, contactId, x.user.id);
  } else if (claim.contact_id !== null) store.amend('contacts', claim.contact_id, { unsorted_uid: null });
  const linked = { lead_id: leadId ?? 0, contact_id: contactId ?? claim.contact_id, updated_at: store.nowSec() };
  return ok(showDecided(x, store.putUnsorted({ ...claim, ...linked, outcome: 'linked' })));
}

/** `GET /api/v4/leads/unsorted/summary` (§5.1). */
export function summarizeUnsorted(x: Exchange): Answer {
  const filter = queryBranch(x.query, 'filter');
  const uids = queryList(filter, 'uid');
  const pipelines = queryList(filter, 'pipeline_id');
  const created = queryRange(filter, 'created_at');
  const claims = [...x.store.unsorted.list(x.store.cutoffMs())].filter(
    (claim) =>
      (uids === undefined || uids.includes(claim.uid)) &&
      (pipelines === undefined || pipelines.includes(String(claim.pipeline_id))) &&
      (created === undefined || (claim.created_at >= created.from && claim.created_at <= created.to)),
  );
  const decided = claims.filter((claim) => claim.outcome !== 'waiting');
  const sortTime = decided.reduce((sum, claim) => sum + (claim.updated_at - claim.created_at), 0);
  const ofCategory = (category: string) => ({ total: claims.filter((claim) => claim.category === category).length });
  return ok({
    total: claims.length,
    accepted: claims.filter((claim) => claim.outcome === 'accepted' || claim.outcome === 'linked').length,
    declined: claims.filter((claim) => claim.outcome === 'declined').length,
    average_sort_time: decided.length === 0 ? 0 : Math.round(sortTime / decided.length),
    categories: {
      sip: ofCategory('sip'),
      mail: ofCategory('mail'),
      forms: ofCategory('forms'),
      chats: ofCategory('chats'),
    },
    ...requestLink(x),
  });
}

function waitingClaim(x: Exchange): Unsorted {
  const claim = x.store.unsortedOf(x.params['uid'] ?? '');
  if (claim?.outcome !== 'waiting') throw new Refusal(problem(404, 'Unsorted not found'));
  return claim;
}

function readDecision(x: Exchange, claim: Unsorted) {
  const reader = new ItemReader(objectOf(x));
  const userId = readUser(x, reader, 'user_id');
  const statusId = reader.integer('status_id');
  const claimed = x.store.pipeline(claim.pipeline_id) ?? x.store.mainPipeline();
  const pipeline =
    [claimed, ...x.store.directory.pipelines].find((p) => p.statuses.some((status) => status.id === statusId)) ??
    claimed;
  const status = pipeline.statuses.find((candidate) => candidate.id === statusId);
  if (statusId !== undefined && (status === undefined || status.type === 1)) reader.notSupported('status_id');
  refuseInvalid(reader.errors);
  return { userId, pipelineId: pipeline.id, statusId: statusId ?? x.store.firstWorkingStatus(pipeline).id };
}

function showClaim(x: Exchange, claim: Unsorted) {
  const { id: _, lead_id: _lead, contact_id: _contact, company_id: _company, outcome: _outcome, ...plain } = claim;
  return { ...plain, account_id: x.store.accountId, ...claimLink(x, claim), _embedded: entitiesOf(x, claim) };
}

function showDecided(x: Exchange, claim: Unsorted) {
  const { uid, category, pipeline_id, created_at } = claim;
  return { uid, category, pipeline_id, created_at, ...claimLink(x, claim), _embedded: entitiesOf(x, claim) };
}

function claimLink(x: Exchange, claim: Unsorted) {
  return { _links: { self: { href: `${x.origin}/api/v4/leads/unsorted/${claim.uid}` } } };
}

function entitiesOf(x: Exchange, claim: Unsorted) {
  return {
    leads: [reference(x, 'leads', claim.lead_id)],
    contacts: claim.contact_id === null ? [] : [reference(x, 'contacts', claim.contact_id)],
    companies: claim.company_id === null ? [] : [reference(x, 'companies', claim.company_id)],
  };
}

function phoneOf(claim: Unsorted): string {
  const { phone } = claim.metadata;
  return typeof phone === 'string' ? phone : '';
}
