import { NO_CONTENT, ok, type Answer } from '../http/answer.js';
import { type Exchange, idParam } from '../http/exchange.js';
import { requestLink } from '../http/hal.js';
import { queryBranch, queryList } from '../http/query.js';
import { type Handler } from '../http/router.js';
import { CARD_TYPES, type CardType } from '../store/model.js';
import { itemsOf, writeBatch, type BatchItem } from './batch.js';
import { isGone } from './contacts.js';
import { requireRight } from './rights.js';

/** Which side may name which (§4.4): a contact and a lead are linked from the lead. */
const ALLOWED: Record<CardType, readonly CardType[]> = {
  leads: ['contacts', 'companies'],
  contacts: ['companies'],
  companies: ['contacts', 'leads'],
};

interface Link {
  /** The card whose link it is: in the path, or with each item of the mass forms. */
  readonly ownerId: number;
  readonly toType: CardType;
  readonly toId: number;
  readonly isMain: boolean;
}

/** The links of one kind of card (§4.4). */
export function linksOf(type: CardType): Record<'link' | 'unlink' | 'list', Handler> {
  return {
    link: (x) =>
      writeBatch(
        x,
        itemsOf(x),
        (item) => {
          const link = readLink(x, type, item);
          return () => {
            if (link === undefined) return undefined;
            apply(x, type, link, 'link');
            // The first contact of a lead becomes its main one unasked.
            const stored = linksOfCard(x, type, link.ownerId);
            return stored.find(({ toType, toId }) => toType === link.toType && toId === link.toId);
          };
        },
        (links) => ({
          _total_items: links.length,
          ...requestLink(x),
          _embedded: { links: links.flatMap((link) => (link === undefined ? [] : [showLink(type, link)])) },
        }),
      ),
    unlink: (x) => {
      writeBatch(
        x,
        itemsOf(x),
        (item) => {
          const link = readLink(x, type, item);
          return () => {
            if (link !== undefined) apply(x, type, link, 'unlink');
          };
        },
        () => null,
      );
      return NO_CONTENT;
    },
    list: (x) => list(x, type),
  };
}

function readLink(x: Exchange, type: CardType, { reader }: BatchItem): Link | undefined {
  const ownerId = x.params['id'] === undefined ? reader.integer('entity_id', { required: true }) : idParam(x);
  const owner = ownerId === undefined ? undefined : x.store.card(type, ownerId);
  if (ownerId !== undefined && isGone(owner)) reader.notSupported('entity_id');
  requireRight(x, 'edit', type, owner);
  const toId = reader.integer('to_entity_id', { required: true });
  const typeName = reader.string('to_entity_type', { required: true });
  const metadata = reader.object('metadata', { nullable: true });
  const isMain = metadata?.boolean('is_main') ?? false;
  metadata?.integer('updated_by');
  if (ownerId === undefined || toId === undefined || typeName === undefined) return undefined;
  const toType = CARD_TYPES.find((known) => known === typeName);
  if (toType === undefined || !ALLOWED[type].includes(toType)) return reader.notSupported('to_entity_type');
  if (isGone(x.store.card(toType, toId))) return reader.notSupported('to_entity_id');
  return { ownerId, toType, toId, isMain };
}

/** Stores a link on the side that carries it: leads carry contacts and a company, contacts carry a company. */
function apply(x: Exchange, type: CardType, link: Link, what: 'link' | 'unlink'): void {
  const { ownerId: id, toId } = link;
  if (type === 'companies') {
    apply(x, link.toType, { ownerId: toId, toType: 'companies', toId: id, isMain: false }, what);
    return;
  }
  const touched = { updated_at: x.store.nowSec(), updated_by: x.user.id };
  const company = what === 'link' ? link.toId : null;
  if (type === 'contacts') {
    const contact = x.store.contacts.get(id);
    if (contact !== undefined) x.store.putContact({ ...contact, ...touched, company_id: company });
    return;
  }
  const lead = x.store.leads.get(id);
  if (lead === undefined) return;
  if (link.toType === 'companies') {
    x.store.putLead({ ...lead, ...touched, company_id: company });
    return;
  }
  const others = lead.contacts.filter((contact) => contact.id !== link.toId);
  if (what === 'unlink') {
    x.store.putLead({ ...lead, ...touched, contacts: others });
    return;
  }
  const before = lead.contacts.find((contact) => contact.id === link.toId);
  const isMain = link.isMain || before?.is_main === true || others.length === 0;
  const demoted = link.isMain ? others.map((contact) => ({ ...contact, is_main: false })) : others;
  x.store.putLead({ ...lead, ...touched, contacts: [...demoted, { id: link.toId, is_main: isMain }] });
}

/** Of the card in the path, or of `filter[entity_id][]`. */
function list(x: Exchange, type: CardType): Answer {
  const filter = queryBranch(x.query, 'filter');
  const owners = x.params['id'] === undefined ? (queryList(filter, 'entity_id') ?? []).map(Number) : [idParam(x)];
  const toIds = queryList(filter, 'to_entity_id');
  const toTypes = queryList(filter, 'to_entity_type');
  const links = owners
    .filter((id) => !isGone(x.store.card(type, id)))
    .flatMap((id) => linksOfCard(x, type, id))
    .filter(
      (link) =>
        (toIds === undefined || toIds.includes(String(link.toId))) &&
        (toTypes === undefined || toTypes.includes(link.toType)),
    );
  if (links.length === 0) return NO_CONTENT;
  return ok({
    _total_items: links.length,
    ...requestLink(x),
    _embedded: { links: links.map((link) => showLink(type, link)) },
  });
}

function linksOfCard(x: Exchange, type: CardType, ownerId: number): Link[] {
  const to = (toType: CardType, ids: readonly number[]) =>
    ids.map((toId) => ({ ownerId, toType, toId, isMain: false }));
  const toOne = (id: number | null | undefined) => to('companies', id == null ? [] : [id]);
  switch (type) {
    case 'leads': {
      const lead = x.store.leads.get(ownerId);
      const contacts = (lead?.contacts ?? []).map(({ id, is_main }) => ({
        ownerId,
        toType: 'contacts' as const,
        toId: id,
        isMain: is_main,
      }));
      return [...contacts, ...toOne(lead?.company_id)];
    }
    case 'contacts':
      return [...to('leads', x.store.leadsOfContact(ownerId)), ...toOne(x.store.contacts.get(ownerId)?.company_id)];
    case 'companies':
      return [...to('contacts', x.store.contactsOfCompany(ownerId)), ...to('leads', x.store.leadsOfCompany(ownerId))];
  }
}

function showLink(type: CardType, link: Link) {
  return {
    entity_id: link.ownerId,
    entity_type: type,
    to_entity_id: link.toId,
    to_entity_type: link.toType,
    metadata: link.toType === 'contacts' && type === 'leads' ? { main_contact: link.isMain } : null,
  };
}
