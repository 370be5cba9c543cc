/**
 * The emulator's rules in the fewest words: maps, and what a request does to them. Written from the reference (§3–§7), for
 * an administrator's token, without lag and limits. `n` is how many items of a batch take effect: all, unless a fault
 * stopped it halfway.
 */

export interface Expected {
  readonly status: number;
  readonly view?: unknown;
}

export type CardType = 'contacts' | 'leads';

interface Card {
  readonly id: number;
  readonly name: string;
  readonly phone: string;
  readonly tags: readonly string[];
  readonly statusId: number;
  readonly contactId: number | null;
  readonly isHidden: boolean;
  readonly isDeleted: boolean;
}

export interface NewContact {
  readonly name: string;
  readonly phone: string;
  readonly userId: number;
}

const REFUSED: Expected = { status: 400 };
const NO_CONTENT: Expected = { status: 204 };

const DEACTIVATED = 104;
const FIRST_STAGE = 31_011;
const UNSORTED_STAGE = 31_010;
const STAGES = [FIRST_STAGE, 31_012, 31_013, 31_014, 142, 143];

export class PortalModel {
  private readonly cards: Record<CardType, Map<number, Card>> = { contacts: new Map(), leads: new Map() };
  private readonly calls: { id: number; contactId: number; duration: number }[] = [];
  private readonly tasks = new Map<number, { isCompleted: boolean }>();
  private readonly claims = new Map<string, { leadId: number; contactId: number }>();
  private readonly next = { contacts: 50_001, leads: 70_001, tasks: 80_001, calls: 90_001 };

  /** One deactivated user refuses the whole batch (§4.1, §12.1). */
  addContacts(items: readonly NewContact[], n = items.length): Expected {
    if (items.some(({ userId }) => userId === DEACTIVATED)) return REFUSED;
    return ok(items.slice(0, n).map(({ name, phone }) => this.add('contacts', { name, phone })));
  }

  tagContact(id: number, tag: string, n = 1): Expected {
    return this.change('contacts', id, n, ({ tags }) => ({ tags: [...new Set([...tags, tag])] }));
  }

  contact(id: number): Expected {
    if (this.isGone('contacts', id)) return NO_CONTENT;
    const card = this.cards.contacts.get(id);
    return ok([id, card?.name, card?.tags]);
  }

  lead(id: number): Expected {
    if (this.isGone('leads', id)) return NO_CONTENT;
    const card = this.cards.leads.get(id);
    return ok([id, card?.name, card?.statusId, card?.contactId]);
  }

  listContacts(page: number, limit: number): Expected {
    return pageOf(this.visible('contacts'), page, limit);
  }

  /** Ten national digits find every spelling of the number (§12.1). */
  findPhone(digits: string): Expected {
    const found = this.visible('contacts').filter(({ phone }) => phone.replace(/\D/g, '').includes(digits));
    return pageOf(found, 1, 50);
  }

  /** «Неразобранное» is no stage to write into (§4.1). */
  addLead(name: string, contactId: number, statusId: number, n = 1): Expected {
    if (!STAGES.includes(statusId) || this.isGone('contacts', contactId)) return REFUSED;
    return ok(n === 0 ? [] : [this.add('leads', { name, statusId, contactId })]);
  }

  moveLead(id: number, statusId: number, n = 1): Expected {
    return STAGES.includes(statusId) ? this.change('leads', id, n, () => ({ statusId })) : REFUSED;
  }

  addCalls(contactId: number, durations: readonly number[], n = durations.length): Expected {
    if (this.isGone('contacts', contactId)) return REFUSED;
    const added = durations.slice(0, n).map((duration) => ({ id: this.next.calls++, contactId, duration }));
    this.calls.push(...added);
    return ok(added.map(({ id }) => id));
  }

  listCalls(contactId: number): Expected {
    const own = this.calls.filter((call) => call.contactId === contactId);
    return pageOf(own, 1, 50, ({ duration }) => duration);
  }

  addTasks(userIds: readonly number[], n = userIds.length): Expected {
    if (userIds.includes(DEACTIVATED)) return REFUSED;
    const added = userIds.slice(0, n).map(() => this.next.tasks++);
    for (const id of added) this.tasks.set(id, { isCompleted: false });
    return ok(added);
  }

  completeTask(id: number, n = 1): Expected {
    if (!this.tasks.has(id)) return REFUSED;
    if (n > 0) this.tasks.set(id, { isCompleted: true });
    return ok(id);
  }

  listOpenTasks(page: number, limit: number): Expected {
    const open = [...this.tasks].flatMap(([id, { isCompleted }]) => (isCompleted ? [] : [{ id }]));
    return pageOf(open, page, limit);
  }

  /** A claim like one that waits is refused; it brings a lead and a contact that nobody sees yet (§5.2). */
  addClaim(source: string, n = 1): Expected {
    if (this.claims.has(source)) return REFUSED;
    if (n === 0) return ok([]);
    const contactId = this.add('contacts', { name: source, isHidden: true });
    const leadId = this.add('leads', { name: source, statusId: UNSORTED_STAGE, contactId });
    this.claims.set(source, { leadId, contactId });
    return ok([[leadId], [contactId]]);
  }

  decideClaim(source: string, decision: 'accept' | 'decline'): Expected {
    const claim = this.claims.get(source);
    if (claim === undefined) return { status: 404 };
    this.claims.delete(source);
    const isDeleted = decision === 'decline';
    this.change('contacts', claim.contactId, 1, () => ({ isHidden: false, isDeleted }));
    this.change('leads', claim.leadId, 1, () => (isDeleted ? { isDeleted } : { statusId: FIRST_STAGE }));
    return ok([claim.leadId]);
  }

  listClaims(): Expected {
    return pageOf([...this.claims.keys()], 1, 50, (source) => source);
  }

  /** One of the known ids, now and then one that nobody has. */
  pick(kind: CardType | 'tasks', pick: number): number {
    const known = [...(kind === 'tasks' ? this.tasks : this.cards[kind]).keys()];
    return known[pick % (known.length + 1)] ?? 1;
  }

  private add(type: CardType, card: Partial<Card>): number {
    const id = this.next[type]++;
    const fresh = { name: '', phone: '', tags: [], statusId: 0, contactId: null, isHidden: false, isDeleted: false };
    this.cards[type].set(id, { ...fresh, ...card, id });
    return id;
  }

  private change(type: CardType, id: number, n: number, how: (card: Card) => Partial<Card>): Expected {
    const card = this.cards[type].get(id);
    if (card === undefined || card.isDeleted) return REFUSED;
    if (n > 0) this.cards[type].set(id, { ...card, ...how(card) });
    return ok(id);
  }

  private isGone(type: CardType, id: number): boolean {
    return this.cards[type].get(id)?.isDeleted ?? true;
  }

  private visible(type: CardType): Card[] {
    return [...this.cards[type].values()].filter((card) => !card.isHidden && !card.isDeleted);
  }
}

function ok(view: unknown): Expected {
  return { status: 200, view };
}

function pageOf<T extends { id: number } | string>(
  rows: readonly T[],
  page: number,
  limit: number,
  show: (row: T) => unknown = (row) => (typeof row === 'string' ? row : row.id),
): Expected {
  const shown = rows.slice((page - 1) * limit, page * limit).map(show);
  return shown.length === 0 ? NO_CONTENT : ok({ rows: shown, hasNext: rows.length > page * limit });
}
