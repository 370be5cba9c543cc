import type { EffectRow, ReadyEffect } from '../ledger/effect-row.js';
import type { PortalRow } from '../portals/portal.js';
import { isOfCall, type MemoryLedger } from './memory-ledger.js';

/** What the ledger is asked about portals and accounts. */
export interface Admission {
  readonly isActive: (accountId: string) => boolean;
  /** Null = deleted, or never heard of. */
  readonly portal: (portalId: string) => PortalRow | null;
}

const creations = new Set(['contact', 'deal', 'unsorted']);
const open = new Set<EffectRow['state']['is']>(['waiting', 'sending', 'in_doubt']);
/** As in `sql/ready-effects.ts`. */
const justHappenedMs = 120_000;

/** `LedgerQueries` over the memory: the conditions of its SQL, said once more in another language. */
export class MemoryQueries {
  constructor(
    private readonly ledger: MemoryLedger,
    private readonly admission: Admission,
    private readonly now: () => number,
  ) {}

  ready(lane: string, limit: number, except: readonly string[]): ReadyEffect[] {
    const now = this.now();
    const due = this.of(lane).filter((row) => !except.includes(row.seq) && dueAt(row) <= now && this.mayBeSent(row));
    const live = this.of(lane).filter(
      ({ state, command }) => state.is === 'waiting' && now - Date.parse(command.causedAt) < justHappenedMs,
    );
    // What the client of such a call still waits for from before is as urgent.
    const isUrgent = (row: EffectRow): boolean =>
      live.some((one) => one === row || (isOfClient(one, row) && Number(row.seq) < Number(one.seq)));
    const [urgent, others] = [due.filter(isUrgent), due.filter((row) => !isUrgent(row))];
    return [
      ...urgent.slice(0, limit).map((row) => ({ ...row, isUrgent: true })),
      ...others.slice(0, limit).map((row) => ({ ...row, isUrgent: false })),
    ];
  }

  dealsOf(contacts: readonly EffectRow[]): Map<string, EffectRow> {
    const deals = contacts.flatMap((contact): [string, EffectRow][] => {
      const deal = this.all().find((row) => isOfCall(row, contact.command) && row.command.effect === 'deal');
      return deal !== undefined && this.mayGoWith(deal, contact) ? [[contact.seq, deal]] : [];
    });
    return new Map(deals);
  }

  looksDue(lane: string, limit: number): EffectRow[] {
    const now = this.now();
    return this.of(lane)
      .filter((row) => row.state.is === 'in_doubt' && row.state.lookAt <= now && this.mayBeLooked(row))
      .sort((a, b) => dueAt(a) - dueAt(b))
      .slice(0, limit);
  }

  cardsOfCalls(calls: readonly { readonly accountId: string; readonly callId: string }[]) {
    const cards = new Map<string, { type: 'contact' | 'company'; id: number }>();
    for (const { accountId, callId } of calls) {
      const contact = this.all().find(
        (row) => isOfCall(row, { accountId, callId }) && row.command.effect === 'contact' && row.state.is === 'done',
      );
      for (const { type, id } of contact?.entities ?? []) {
        if ((type === 'contact' || type === 'company') && typeof id === 'number') cards.set(callId, { type, id });
      }
    }
    return cards;
  }

  callsInUnsorted(calls: readonly { readonly accountId: string; readonly callId: string }[]): Set<string> {
    const stands = ({ command, state, sent }: EffectRow): boolean =>
      command.effect === 'unsorted' && state.is === 'done' && sent?.kind === 'unsorted';
    const claims = this.all().filter(stands);
    return new Set(calls.filter((call) => claims.some((row) => isOfCall(row, call))).map(({ callId }) => callId));
  }

  madeByOthers(lane: string, effect: string, ids: readonly number[], seq: string): Set<number> {
    const others = this.of(lane).filter((row) => row.command.effect === effect && row.seq !== seq);
    return new Set(others.flatMap(({ amocrmId }) => (amocrmId !== null && ids.includes(amocrmId) ? [amocrmId] : [])));
  }

  /** A parked effect of its call holds it: it waits for a person. */
  isBlocked(row: EffectRow): boolean {
    if (row.state.is !== 'waiting') return false;
    return row.command.after.some((effect) => this.ofCall(row, effect)?.state.is === 'parked');
  }

  /** When the lane next has something to do; null = nothing foreseen. */
  nextAt(lane: string): number | null {
    const times = this.of(lane).flatMap((row) => {
      if (row.state.is === 'waiting') return this.mayBeSent(row) ? [row.state.notBefore] : [];
      if (row.state.is === 'in_doubt') return this.mayBeLooked(row) ? [row.state.lookAt] : [];
      return row.state.is === 'sending' ? [row.state.sentAt] : [];
    });
    return times.length === 0 ? null : Math.min(...times);
  }

  private all(): EffectRow[] {
    return [...this.ledger.rows.values()];
  }

  private of(lane: string): EffectRow[] {
    return this.all().filter((row) => row.lane === lane);
  }

  private ofCall(row: EffectRow, effect: string): EffectRow | undefined {
    return this.all().find((other) => isOfCall(other, row.command) && other.command.effect === effect);
  }

  private mayBeLooked({ command }: EffectRow): boolean {
    return this.admission.portal(command.portalId)?.stop === null;
  }

  private mayBeSent(row: EffectRow): boolean {
    const { command, state } = row;
    const portal = this.admission.portal(command.portalId);
    if (state.is !== 'waiting' || this.isBlocked(row) || !this.admission.isActive(command.accountId)) return false;
    if (portal === null || portal.stop !== null) return false;
    if (portal.limit !== null && portal.limit.until > this.now() && creations.has(command.effect)) return false;
    if (!command.after.every((effect) => this.isSettled(this.ofCall(row, effect)))) return false;
    if (this.all().some((other) => this.comesFirst(other, row))) return false;
    return command.effect !== 'contact' || !this.of(row.lane).some((other) => isBeingMade(other, row));
  }

  private isSettled(row: EffectRow | undefined): boolean {
    return row !== undefined && !open.has(row.state.is) && row.state.is !== 'parked';
  }

  /** Order per client, except for what itself waits for this one or something later. */
  private comesFirst(other: EffectRow, row: EffectRow): boolean {
    if (!isOfClient(other, row) || Number(other.seq) >= Number(row.seq)) return false;
    if (!open.has(other.state.is) || this.isBlocked(other)) return false;
    return other.command.after.every((effect) => {
      const before = this.ofCall(other, effect);
      return before !== undefined && !(Number(before.seq) >= Number(row.seq) && open.has(before.state.is));
    });
  }

  private mayGoWith(deal: EffectRow, contact: EffectRow): boolean {
    if (deal.state.is !== 'waiting' || dueAt(deal) > this.now() || this.isBlocked(deal)) return false;
    if (deal.command.portalId !== contact.command.portalId || deal.batchMax < 2 || contact.batchMax < 2) return false;
    const others = deal.command.after.filter((effect) => effect !== 'contact');
    if (!others.every((effect) => this.isSettled(this.ofCall(deal, effect)))) return false;
    return !this.all().some((row) => {
      const isBetween = Number(row.seq) > Number(contact.seq) && Number(row.seq) < Number(deal.seq);
      return isBetween && isOfClient(row, deal) && open.has(row.state.is) && !this.isBlocked(row);
    });
  }
}

const isOfClient = (a: EffectRow, b: EffectRow): boolean =>
  a.command.portalId === b.command.portalId && a.command.phone !== null && a.command.phone === b.command.phone;

const isBeingMade = (other: EffectRow, { command }: EffectRow): boolean =>
  other.command.effect === 'contact' &&
  other.command.phone === command.phone &&
  (other.state.is === 'sending' || other.state.is === 'in_doubt');

function dueAt({ state }: EffectRow): number {
  if (state.is === 'waiting') return state.notBefore;
  return state.is === 'in_doubt' ? state.lookAt : 0;
}
