import { type AmocrmClient } from '../client.js';
import { type Pages } from '../getter.js';
import { type EntityType } from '../inputs.js';
import { accountParts, fieldValues, type Contact } from '../models.js';
import { type ReadResult } from '../result.js';
import { type Table } from './table.js';

/** What a command found: a table for people, the data for programs. */
export interface Found {
  table: Table;
  data: unknown;
}

export interface Command {
  /** After the command's name, such as `<number>`. */
  operands: string;
  what: string;
  /** A string says what is wrong with the operands; nothing was asked then. */
  run(client: AmocrmClient, operands: readonly string[], limit: number): Promise<ReadResult<Found>> | string;
}

const entityTypes: readonly EntityType[] = ['leads', 'contacts', 'companies'];
const entityTypeOf = (word: string | undefined): EntityType | undefined => entityTypes.find((type) => type === word);
const time = (unixSeconds: number | null): string =>
  unixSeconds === null ? '' : `${new Date(unixSeconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
const yesNo = (flag: boolean): string => (flag ? 'yes' : 'no');

/** The result with its value told; failures pass. */
function told<T>(result: ReadResult<T>, tell: (value: T) => Table): ReadResult<Found> {
  return result.kind === 'done' ? { ...result, value: { table: tell(result.value), data: result.value } } : result;
}

/** At most `limit` items of a list, in one request. */
async function first<T>(pages: Pages<T>): Promise<ReadResult<T[]>> {
  const page = await pages.next();
  if (page.done === true) return { kind: 'done', value: [] };
  return page.value.kind === 'done' ? { ...page.value, value: page.value.value.items } : page.value;
}

export const commands: Readonly<Record<string, Command>> = {
  'account': {
    operands: '',
    what: 'the account behind the token: is it the right one, and can it do what Perezvon needs',
    run: async (client) =>
      told(await client.account({ with: accountParts }), (account) => ({
        head: ['', ''],
        rows: [
          ['account', `${account.name} (${account.id})`],
          ['subdomain', account.subdomain],
          ['token of user', String(account.current_user_id ?? 'unknown')],
          ['time zone', account._embedded.datetime_settings.timezone ?? 'unknown'],
          ['«Неразобранное»', account.is_unsorted_on ? 'on' : 'off: calls become contacts and deals instead'],
          ['paid filters', account.is_api_filter_enabled ? 'on' : 'off'],
          ['task types', account._embedded.task_types.map(({ id, name }) => `${name} (${id})`).join(', ')],
        ],
      })),
  },

  'find-phone': {
    operands: '<number>',
    what: 'contacts and companies with this phone, as Perezvon finds them: by ten digits, then compared',
    run: (client, [number]) => {
      const digits = (number ?? '').replace(/\D/gu, '').slice(-10);
      return digits.length < 7 ? 'find-phone needs a number of at least 7 digits' : findPhone(client, digits);
    },
  },

  'pipelines': {
    operands: '',
    what: 'pipelines with their stages',
    run: async (client) =>
      told(await client.pipelines(), (pipelines) => ({
        head: ['pipeline', 'id', 'stage', 'id', ''],
        rows: pipelines.flatMap((pipeline) =>
          pipeline._embedded.statuses.map((status, index) => [
            index === 0 ? pipeline.name : '',
            index === 0 ? String(pipeline.id) : '',
            status.name,
            String(status.id),
            [index === 0 && pipeline.is_main && 'main', index === 0 && pipeline.is_archive && 'archived']
              .filter((word) => word !== false)
              .join(', '),
          ]),
        ),
      })),
  },

  'users': {
    operands: '',
    what: 'users, who of them is active and an administrator (needs an administrator’s token)',
    run: async (client) =>
      told(await client.users(), (users) => ({
        head: ['user', 'id', 'e-mail', 'active', 'administrator'],
        rows: users.map(({ name, id, email, rights }) => [
          name,
          String(id),
          email,
          yesNo(rights.is_active),
          yesNo(rights.is_admin),
        ]),
      })),
  },

  'unsorted': {
    operands: '',
    what: 'the newest claims in «Неразобранное»',
    run: async (client, _operands, limit) =>
      told(await first(client.listUnsorted({ pageSize: limit })), (claims) => ({
        head: ['made', 'kind', 'uid', 'source_uid', 'phone'],
        rows: claims.map(({ created_at, category, uid, source_uid, metadata }) => [
          time(created_at),
          category,
          uid,
          source_uid ?? '',
          metadata.phone ?? '',
        ]),
      })),
  },

  'notes': {
    operands: '<leads|contacts|companies> <id>',
    what: 'the newest notes of a card, with the mark by which Perezvon knows its own',
    run: (client, [type, id], limit) => {
      const entityType = entityTypeOf(type);
      if (entityType === undefined || !/^\d+$/u.test(id ?? '')) return 'notes needs a kind of card and an id';
      return notes(client, entityType, Number(id), limit);
    },
  },

  'fields': {
    operands: '<leads|contacts|companies>',
    what: 'custom fields, Perezvon’s own among them',
    run: (client, [type]) => {
      const entityType = entityTypeOf(type);
      return entityType === undefined
        ? 'fields needs a kind of card: leads, contacts or companies'
        : fields(client, entityType);
    },
  },

  'webhooks': {
    operands: '',
    what: 'whom the account tells of its changes; addresses without their path, which may hold a secret',
    run: async (client) => {
      const hooks = await client.webhooks();
      if (hooks.kind !== 'done') return hooks;
      const shown = hooks.value.map((hook) => ({ ...hook, destination: hostOf(hook.destination) }));
      const rows = shown.map(({ id, destination, disabled, settings }) => [
        String(id),
        destination,
        disabled ? 'switched off by amoCRM' : 'on',
        settings.join(' '),
      ]);
      return { ...hooks, value: { table: { head: ['id', 'host', '', 'events'], rows }, data: shown } };
    },
  },
};

async function findPhone(client: AmocrmClient, digits: string): Promise<ReadResult<Found>> {
  const contacts = await client.findContacts(digits);
  if (contacts.kind !== 'done') return contacts;
  const companies = await client.findCompanies(digits);
  if (companies.kind !== 'done') return companies;
  const cards = [
    ...contacts.value.map((card) => describeCard('contact', card, digits)),
    ...companies.value.map((card) => describeCard('company', card, digits)),
  ];
  const table = {
    head: ['card', 'id', 'name', 'phones', 'has the phone', 'responsible', 'deals', 'changed'],
    rows: cards.map((card) => [
      card.type,
      String(card.id),
      card.name,
      card.phones.join(', '),
      card.hasPhone ? 'yes' : 'no: found by another field',
      String(card.responsibleUserId ?? ''),
      card.leadIds.join(', '),
      time(card.updatedAt),
    ]),
  };
  return { ...companies, value: { table, data: cards } };
}

function describeCard(type: 'contact' | 'company', card: Contact, digits: string) {
  const phones = fieldValues(card, 'PHONE');
  return {
    type,
    id: card.id,
    name: card.name,
    phones,
    hasPhone: phones.some((phone) => phone.replace(/\D/gu, '').endsWith(digits)),
    responsibleUserId: card.responsible_user_id,
    leadIds: card._embedded.leads.map(({ id }) => id),
    updatedAt: card.updated_at,
  };
}

async function notes(client: AmocrmClient, type: EntityType, id: number, limit: number): Promise<ReadResult<Found>> {
  return told(await first(client.listNotes(type, id, { pageSize: limit })), (list) => ({
    head: ['made', 'id', 'kind', 'uniq', 'seconds', 'text'],
    rows: list.map(({ created_at, id: noteId, note_type, params }) => [
      time(created_at),
      String(noteId),
      note_type,
      params.uniq ?? '',
      String(params.duration ?? ''),
      (params.text ?? params.call_result ?? '').slice(0, 60),
    ]),
  }));
}

async function fields(client: AmocrmClient, type: EntityType): Promise<ReadResult<Found>> {
  return told(await client.customFields(type), (list) => ({
    head: ['field', 'id', 'type', 'code', 'API only'],
    rows: list.map(({ name, id, type: kind, code, is_api_only }) => [
      name,
      String(id),
      kind,
      code ?? '',
      yesNo(is_api_only),
    ]),
  }));
}

function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).host : 'not an address';
}
