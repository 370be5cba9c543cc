import { type Exchange } from '../http/exchange.js';
import { type Unsorted, type UnsortedCategory } from '../store/model.js';
import { prepareCompany } from './companies.js';
import { isGone, prepareContact } from './contacts.js';
import { ItemReader } from './item-reader.js';
import { prepareLead } from './leads.js';

/**
 * Checks one claim for «Неразобранное» (§5.2) and returns what stores it with its lead and contact. The contact stays
 * hidden from lists until the claim is accepted. `identities` carries the identities of the request's earlier items;
 * `complexMetadata` is where `leads/complex` puts the claim's fields (§4.3), the item itself being the lead.
 */
export function prepareClaim(
  x: Exchange,
  reader: ItemReader,
  category: UnsortedCategory,
  identities: string[],
  complexMetadata?: ItemReader,
): () => Unsorted {
  const documented = x.portal.settings.unsortedMetadata === 'documented';
  const own = complexMetadata ?? reader;
  const sourceUid = own.string('source_uid', { required: true });
  const sourceName = own.string('source_name', { required: true });
  const pipelineId = readPipeline(x, reader);
  const createdAt = own.integer('created_at', { min: 1 });
  const metadataReader = complexMetadata ?? reader.object('metadata', { required: documented && isFromApi(category) });
  const metadata = metadataReader === undefined ? {} : METADATA[category](metadataReader, documented);
  const entities = prepareEntities(x, reader, pipelineId, complexMetadata === undefined ? 'embedded' : 'itself');
  refuseDuplicate(x, reader, sourceUid, metadata, identities);

  return () => {
    const { is_call_event_needed, ...shown } = metadata;
    const uid = x.store.newUid();
    const { lead, contactId, companyId } = entities(uid);
    if (is_call_event_needed === true) {
      const entity_type = contactId === null ? 'lead' : 'contact';
      x.store.record({
        type: 'incoming_call',
        entity_type,
        entity_id: contactId ?? lead.id,
        created_by: x.user.id,
      });
    }
    const now = x.store.nowSec();
    return x.store.putUnsorted({
      id: x.store.newId('unsorted'),
      uid,
      source_uid: sourceUid ?? '',
      source_name: sourceName ?? '',
      category,
      pipeline_id: lead.pipeline_id,
      created_at: createdAt ?? now,
      updated_at: now,
      metadata: shown,
      lead_id: lead.id,
      contact_id: contactId,
      company_id: companyId,
      outcome: 'waiting',
    });
  };
}

/** Letters and chats come into an account by themselves; only calls and forms are sent by integrations (§5.2). */
function isFromApi(category: UnsortedCategory): boolean {
  return category === 'sip' || category === 'forms';
}

/** The pipeline a claim asks for; one that has «Неразобранное» switched off refuses claims. */
function readPipeline(x: Exchange, reader: ItemReader): number {
  const asked = reader.integer('pipeline_id');
  const pipeline = asked === undefined ? x.store.mainPipeline() : x.store.pipeline(asked);
  if (pipeline?.is_unsorted_on !== true) reader.notSupported('pipeline_id');
  return pipeline?.id ?? 0;
}

function prepareEntities(x: Exchange, reader: ItemReader, pipelineId: number, leadIs: 'embedded' | 'itself') {
  const embedded = reader.object('_embedded', { nullable: true });
  // Required by the text, left out by working integrations (§5.2): a claim without a lead gets an empty one.
  const leadReader = leadIs === 'itself' ? reader : (embedded?.objects('leads', { max: 1 })?.[0] ?? new ItemReader({}));
  const createLead = prepareLead(x, leadReader, { unsortedIn: pipelineId });
  const contact = readNewOrExisting(embedded?.objects('contacts', { max: 1 })?.[0], 'contacts', x);
  const company = readNewOrExisting(embedded?.objects('companies', { max: 1 })?.[0], 'companies', x);

  return (uid: string) => {
    const companyId = company?.(uid) ?? null;
    const contactId = contact?.(uid) ?? null;
    const lead = createLead({
      contacts: contactId === null ? [] : [{ id: contactId, is_main: true }],
      company_id: companyId,
      unsorted_uid: uid,
    });
    return { lead, contactId, companyId };
  };
}

/** A claim may bring a new card, which is hidden with it, or name an existing one by id. */
function readNewOrExisting(reader: ItemReader | undefined, type: 'contacts' | 'companies', x: Exchange) {
  if (reader === undefined) return undefined;
  if (reader.has('id')) {
    const id = reader.integer('id');
    if (id !== undefined && isGone(x.store[type].get(id))) reader.notSupported('id');
    return () => id ?? 0;
  }
  const create = type === 'contacts' ? prepareContact(x, reader) : prepareCompany(x, reader);
  return (uid: string) => create({ unsorted_uid: uid }).id;
}

const METADATA: Record<UnsortedCategory, (reader: ItemReader, required: boolean) => Record<string, unknown>> = {
  sip: readSipMetadata,
  forms: readFormMetadata,
  mail: (reader) => withoutAbsent({ from: reader.string('from'), subject: reader.string('subject') }),
  chats: (reader) => withoutAbsent({ from: reader.string('from'), service: reader.string('service') }),
};

/** Everything is required but `from`, which the field table lacks; an empty `link` is accepted (§5.2, §12.1). */
function readSipMetadata(reader: ItemReader, required: boolean): Record<string, unknown> {
  const phone = reader.stringOrInteger('phone', { required });
  const duration = reader.integer('duration', { required, min: 0 });
  return withoutAbsent({
    phone: phone === undefined ? undefined : String(phone),
    call_responsible: reader.isNull('call_responsible')
      ? null
      : reader.stringOrInteger('call_responsible', { required }),
    called_at: reader.integer('called_at', { required, min: 1 }),
    // Reads give the duration back as a string at times: the stricter of the two for a client.
    duration: duration === undefined ? undefined : String(duration),
    link: reader.string('link', { required }),
    service_code: reader.string('service_code', { required }),
    is_call_event_needed: reader.boolean('is_call_event_needed', { required }),
    uniq: reader.string('uniq', { required }),
    from: reader.stringOrInteger('from', { nullable: true }),
  });
}

function readFormMetadata(reader: ItemReader, required: boolean): Record<string, unknown> {
  return withoutAbsent({
    form_id: reader.stringOrInteger('form_id', { required }),
    form_name: reader.string('form_name', { required }),
    form_page: reader.string('form_page', { required }),
    ip: reader.string('ip', { required }),
    form_sent_at: reader.integer('form_sent_at', { required, min: 1 }),
    referer: reader.string('referer', { required }),
  });
}

function withoutAbsent(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** What makes two claims "identical": the vendor does not say, so it is a switch (§5.2, §12.1). */
function identityOf(x: Exchange, sourceUid: string | undefined, metadata: Readonly<Record<string, unknown>>): string {
  if (x.portal.settings.unsortedDuplicate === 'source_uid') return JSON.stringify([sourceUid]);
  const { uniq, phone, called_at, form_id, form_sent_at } = metadata;
  return JSON.stringify([sourceUid, uniq, phone, called_at, form_id, form_sent_at]);
}

function refuseDuplicate(
  x: Exchange,
  reader: ItemReader,
  sourceUid: string | undefined,
  metadata: Readonly<Record<string, unknown>>,
  identities: string[],
): void {
  const identity = identityOf(x, sourceUid, metadata);
  const taken = x.store
    .claimsOfSource(sourceUid ?? '')
    .some((claim) => claim.outcome === 'waiting' && identityOf(x, claim.source_uid, claim.metadata) === identity);
  if (taken || identities.includes(identity)) {
    reader.fail('AlreadyExists', 'source_uid', 'This entity is already in unsorted.');
  }
  identities.push(identity);
}
