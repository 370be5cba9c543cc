import type { WireRequest } from '@perezvon/amocrm';
import { z } from 'zod';

/** Anything that a request made: in amoCRM's own fields, as it was sent. */
export interface Entity {
  readonly kind: 'contacts' | 'leads' | 'tasks' | 'notes' | 'unsorted';
  readonly id: number;
  readonly fields: Readonly<Record<string, unknown>>;
  /** Virtual Unix milliseconds from which lists show it. */
  readonly visibleFrom: number;
}

/** An answer's status and body. */
export interface ModelAnswer {
  readonly status: number;
  readonly body: unknown;
}

const item = z.looseObject({ request_id: z.string().optional() });
const items = z.array(item).min(1);
type Item = z.output<typeof item>;

const empty: ModelAnswer = { status: 204, body: undefined };

/**
 * One amoCRM account, as far as the writer's protocol touches it: entities that stand once written, lists that show them
 * later, newest first, and no idempotency whatever (amocrm-api.md §10).
 */
export class ModelAmocrm {
  readonly entities: Entity[] = [];

  constructor(
    private readonly now: () => number,
    /** How long after the writing a list shows it. */
    private readonly lagMs: () => number,
  ) {}

  /** @param part how many of a batch's items are taken; null = all */
  write(request: WireRequest, part: number | null): ModelAnswer {
    const path = pathOf(request);
    const sent = items.parse(JSON.parse(request.body ?? '[]'));
    const taken = part === null ? sent : sent.slice(0, part);
    if (request.method === 'PATCH') return this.patch(taken);
    if (path === '/api/v4/leads/complex') return { status: 200, body: taken.map((one) => this.addComplex(one)) };
    if (path.startsWith('/api/v4/leads/unsorted/')) {
      return { status: 200, body: { _embedded: { unsorted: taken.map((one) => this.addClaim(one)) } } };
    }
    const kind = kindOf(path);
    const made = taken.map((one) => ({ id: this.add(kind, fieldsOf(one, path)), request_id: one.request_id }));
    return { status: 200, body: { _embedded: { [kind]: made } } };
  }

  /** Everything is refused, because of the first item: amoCRM's default for a batch with a bad one (§12.1). */
  refusal(request: WireRequest): ModelAnswer {
    const [first] = items.parse(JSON.parse(request.body ?? '[]'));
    const errors = [{ code: 'InvalidType', path: 'name', detail: 'This value should be of another type.' }];
    const named = [{ request_id: first?.request_id ?? '0', errors }];
    return { status: 400, body: { 'validation-errors': named, 'title': 'Bad Request', 'status': 400 } };
  }

  read(request: WireRequest): ModelAnswer {
    const { pathname, searchParams } = new URL(request.path, 'https://model.amocrm.ru');
    const [, , , first = '', second = '', third = ''] = pathname.split('/');
    switch (first) {
      case 'account':
        return { status: 200, body: { id: 1, name: 'model', subdomain: 'model', is_unsorted_on: true } };
      case 'users':
        return list('users', users, searchParams);
      case 'contacts':
      case 'leads':
        if (first === 'leads' && second === 'pipelines') return list('pipelines', pipelines, searchParams);
        if (first === 'leads' && second === 'unsorted')
          return list('unsorted', this.claims(searchParams), searchParams);
        if (second === 'notes') return list('notes', this.notes(first, null), searchParams);
        if (third === 'notes') return list('notes', this.notes(first, Number(second)), searchParams);
        return second === '' ? this.listed(first, searchParams) : this.byId(first, Number(second));
      case 'tasks':
        return list('tasks', this.shown('tasks').map(plain), searchParams);
      default:
        return empty;
    }
  }

  private listed(kind: 'contacts' | 'leads', query: URLSearchParams): ModelAnswer {
    const text = query.get('query');
    const shown = this.shown(kind).filter((one) => text === null || JSON.stringify(one.fields).includes(text));
    return list(
      kind,
      shown.map((one) => this.card(one)),
      query,
    );
  }

  private byId(kind: 'contacts' | 'leads', id: number): ModelAnswer {
    const found = this.entities.find((one) => one.kind === kind && one.id === id);
    return found === undefined ? empty : { status: 200, body: this.card(found) };
  }

  private card(one: Entity): object {
    const { contact_id: contactId, custom_fields_values: fields } = one.fields;
    const leads = this.entities.filter(({ kind, fields: { contact_id } }) => kind === 'leads' && contact_id === one.id);
    const _embedded = {
      contacts: typeof contactId === 'number' ? [{ id: contactId, is_main: true }] : [],
      leads: one.kind === 'contacts' ? leads.map(({ id }) => ({ id })) : [],
    };
    const numbered = z.array(z.looseObject({})).catch([]).parse(fields);
    return {
      ...plain(one),
      custom_fields_values: numbered.map((field, index) => ({ ...field, field_id: index + 1 })),
      _embedded,
    };
  }

  private notes(on: string, entityId: number | null): object[] {
    return this.shown('notes')
      .filter(({ fields }) => fields['on'] === on && (entityId === null || fields['entity_id'] === entityId))
      .map(plain);
  }

  private claims(query: URLSearchParams): object[] {
    const category = query.get('filter[category][]');
    return this.shown('unsorted')
      .filter(({ fields }) => category === null || fields['category'] === category)
      .map((one) => ({ ...plain(one), uid: `claim-${one.id}`, created_at: Math.floor(this.now() / 1000) }));
  }

  /** Newest first. */
  private shown(kind: Entity['kind']): Entity[] {
    return this.entities.filter((one) => one.kind === kind && one.visibleFrom <= this.now()).reverse();
  }

  private add(kind: Entity['kind'], fields: Entity['fields']): number {
    const id = 1_000 + this.entities.length;
    this.entities.push({ kind, id, fields, visibleFrom: this.now() + this.lagMs() });
    return id;
  }

  private addComplex({ request_id, _embedded, ...lead }: Item): object {
    const [contact] = z.looseObject({ contacts: z.array(item) }).parse(_embedded).contacts;
    const contactId = this.add('contacts', contact ?? {});
    return {
      id: this.add('leads', { ...lead, contact_id: contactId }),
      contact_id: contactId,
      request_id: [request_id],
    };
  }

  /** Its hidden lead and contact are no subject here. */
  private addClaim({ request_id, _embedded: _, ...claim }: Item): object {
    const category = 'form_id' in z.looseObject({}).parse(claim['metadata']) ? 'forms' : 'sip';
    const id = this.add('unsorted', { ...claim, category });
    return { uid: `claim-${id}`, request_id };
  }

  private patch(sent: readonly Item[]): ModelAnswer {
    const notes = sent.map(({ id, params }) => {
      const index = this.entities.findIndex((one) => one.kind === 'notes' && one.id === id);
      const note = this.entities[index];
      if (note !== undefined) this.entities[index] = { ...note, fields: { ...note.fields, params } };
      return { id };
    });
    return { status: 200, body: { _embedded: { notes } } };
  }
}

const plain = ({ id, fields }: Entity): object => ({ id, ...fields });

const pathOf = ({ path }: WireRequest): string => path.split('?')[0] ?? path;

function kindOf(path: string): Entity['kind'] {
  const name = path.split('/').at(-1);
  if (name === 'contacts' || name === 'leads' || name === 'tasks' || name === 'notes') return name;
  throw new Error(`the model has no ${path}`);
}

/** A lead names its contact once; a note is on a kind of card. */
function fieldsOf({ request_id: _, _embedded, ...fields }: Item, path: string): Entity['fields'] {
  if (path.endsWith('/notes')) return { ...fields, on: path.split('/').at(-2) };
  const linked = z.object({ contacts: z.array(z.object({ id: z.number() })) }).safeParse(_embedded);
  return linked.success ? { ...fields, contact_id: linked.data.contacts[0]?.id } : fields;
}

function list(name: string, all: readonly object[], query: URLSearchParams): ModelAnswer {
  const [limit, page] = [Number(query.get('limit') ?? 50), Number(query.get('page') ?? 1)];
  const shown = all.slice((page - 1) * limit, page * limit);
  if (shown.length === 0) return empty;
  const next = all.length > page * limit ? { next: { href: 'next' } } : {};
  return { status: 200, body: { _links: next, _embedded: { [name]: shown } } };
}

export const pipelineId = 3101;
export const statusId = 31011;
const statuses = [
  { id: statusId, name: 'Первичный контакт', sort: 20, type: 0, pipeline_id: pipelineId },
  { id: 142, name: 'Успешно', sort: 10_000, type: 0, pipeline_id: pipelineId },
];
const pipelines = [
  { id: pipelineId, name: 'Продажи', sort: 1, is_main: true, is_unsorted_on: true, _embedded: { statuses } },
];
const users = [{ id: 101, name: 'Администратор', rights: { is_admin: true, is_active: true } }];
