import type { Outbox } from '@perezvon/postgres';
import type { EntityManager } from 'typeorm';
import type { MirrorCard, MirrorLead, MirrorStore } from '../mirror/mirror-store.js';
import type { ClientStore, KnownClient, Lookup, OwnCard } from './client-store.js';

/** What a write or a question teaches about clients, kept in the transaction that records it. */
export interface ClientMemory {
  rememberOwnCards(cards: readonly (OwnCard & { readonly lane: string; readonly phone: string })[]): Promise<void>;
  /** Tells who has each phone. */
  publish(known: readonly KnownClient[]): Promise<void>;
  /** The question is not open any more. */
  answered(lane: string, question: Lookup): Promise<void>;
  /** A question of our own. */
  askOwn(portalId: string, lane: string, phone: string): Promise<void>;
  /** What we made, until amoCRM's lists show it. */
  putOwn(lane: string, cards: readonly MirrorCard[], leads: readonly MirrorLead[]): Promise<void>;
}

export const clientMemoryIn =
  (clients: ClientStore, mirror: MirrorStore) =>
  (tx: EntityManager, outbox: Outbox): ClientMemory => ({
    rememberOwnCards: (cards) => clients.rememberOwnCards(tx, cards),
    publish: (known) => clients.publish(tx, outbox, known),
    answered: (lane, question) => clients.answered(tx, lane, question),
    askOwn: (portalId, lane, phone) => clients.askOwn(tx, portalId, lane, phone),
    putOwn: (lane, cards, leads) => mirror.putOwn(tx, lane, cards, leads),
  });
