import { chooseCard } from '@perezvon/calls';
import type { Client, ClientLookup } from '@perezvon/contracts';
import { columns } from '@perezvon/postgres';
import type { EntityManager } from 'typeorm';

/**
 * Who is known: what the writer saw in amoCRM (crm.clients.v1), and contacts that we have promised and not yet seen
 * (rules.md R5, pending creations). One row per (lane, phone), locked in that order after the calls.
 */
export interface ClientKey {
  readonly lane: string;
  readonly phone: string;
}

/**
 * What the rows of a lane say beside what is in them: `none` = nobody keeps them up to date, a row speaks for a minute
 * (docs/decisions/0003); `incomplete` = what is there counts, what is not must be asked for; `complete` = all is there.
 */
export type Mirror = 'none' | 'incomplete' | 'complete';

interface StoredClient {
  lane: string;
  phone: string;
  cards: Client['cards'] | null;
  as_of: Date | null;
  is_fresh: boolean;
  creating_call_ids: string[] | null;
  has_unsorted: boolean;
}

export class LockedClients {
  private readonly rows: Map<string, StoredClient>;
  private readonly olderOf = new Map<string, string>();
  private readonly promised: (ClientKey & { readonly callId: string })[] = [];

  constructor(rows: readonly StoredClient[]) {
    this.rows = new Map(rows.map((row) => [keyOf(row), row]));
  }

  /** Null = amoCRM must be asked. A call's own promised contact is not "known" to it. */
  lookUp(client: ClientKey, mirror: Mirror, callId: string): ClientLookup | null {
    const row = this.rows.get(keyOf(client));
    if (!row) return null;
    const creators = row.creating_call_ids ?? [];
    if (creators.some((creator) => (this.olderOf.get(creator) ?? creator) !== callId)) return PENDING_CREATION;
    if (!speaks(row, mirror)) return null;
    const candidates = row.cards ?? [];
    const chosen = chooseCard(candidates);
    return {
      known: chosen !== null,
      origin: 'directory',
      asOf: row.as_of?.toISOString() ?? null,
      candidates,
      chosen: chosen && { type: chosen.type, id: chosen.id },
    };
  }

  /** From here on the client counts as known to every other call, until each contact promised for him is settled. */
  promiseContact(client: ClientKey, callId: string): void {
    const row = this.rows.get(keyOf(client));
    if (!row || row.creating_call_ids?.includes(callId)) return;
    row.creating_call_ids = [...(row.creating_call_ids ?? []), callId];
    this.promised.push({ ...client, callId });
  }

  /** R15: what the younger call promised is the older one's, who does not take it for somebody else's. */
  join(younger: string, older: string): void {
    this.olderOf.set(younger, older);
  }

  creations(): readonly (ClientKey & { readonly callId: string })[] {
    return this.promised;
  }
}

const PENDING_CREATION: ClientLookup = {
  known: true,
  origin: 'pending_creation',
  asOf: null,
  candidates: [],
  chosen: null,
};

/**
 * Does the row say who the client is today? After an unsorted record or a contact of ours "nobody" must be asked again:
 * that contact counts from the moment a person accepts it, or it is made, and no mirror sees that in time (R5).
 */
function speaks({ cards, is_fresh: isFresh, has_unsorted: hasUnsorted }: StoredClient, mirror: Mirror): boolean {
  if (cards !== null && isFresh) return true;
  if (mirror === 'none') return false;
  if (cards !== null && cards.length > 0) return true;
  return mirror === 'complete' && !hasUnsorted;
}

const keyOf = ({ lane, phone }: ClientKey) => `${lane}|${phone}`;

const FOUND_CLIENTS = `
  insert into clients (lane, phone)
  select * from unnest($1::text[], $2::text[]) as k (lane, phone) order by 1, 2
  on conflict do nothing`;

/** Fresh = seen within $3 seconds, by this database's clock alone. */
const LOCK_CLIENTS = `
  select c.lane, c.phone, c.cards, c.as_of, c.creating_call_ids, c.has_unsorted,
         coalesce(c.observed_at > now() - make_interval(secs => $3), false) as is_fresh
    from clients c
    join unnest($1::text[], $2::text[]) as k (lane, phone) using (lane, phone)
   order by c.lane, c.phone
     for update of c`;

export async function lockClients(
  tx: EntityManager,
  clients: readonly ClientKey[],
  freshForSec: number,
): Promise<LockedClients> {
  const distinct = [...new Map(clients.map((c) => [keyOf(c), c])).values()];
  if (distinct.length === 0) return new LockedClients([]);
  const keys = columns(
    distinct,
    (c) => c.lane,
    (c) => c.phone,
  );
  await tx.query(FOUND_CLIENTS, keys);
  return new LockedClients(await tx.query(LOCK_CLIENTS, [...keys, freshForSec]));
}

/** Beside what others have promised: the rows are locked. */
const SAVE_CREATIONS = `
  update clients c set creating_call_ids = coalesce(c.creating_call_ids, '{}') || n.call_ids
    from (select lane, phone, array_agg(call_id) as call_ids
            from unnest($1::text[], $2::text[], $3::uuid[]) as p (lane, phone, call_id)
           group by lane, phone) n
   where c.lane = n.lane and c.phone = n.phone`;

export async function saveCreations(tx: EntityManager, clients: LockedClients): Promise<void> {
  const creations = clients.creations();
  if (creations.length === 0) return;
  await tx.query(
    SAVE_CREATIONS,
    columns(
      creations,
      (c) => c.lane,
      (c) => c.phone,
      (c) => c.callId,
    ),
  );
}

/** A newer look replaces an older one; an older one that arrives late changes nothing. */
const OBSERVE_CLIENTS = `
  insert into clients as c (lane, phone, cards, as_of, observed_at)
  select lane, phone, cards, as_of, now()
    from unnest($1::text[], $2::text[], $3::jsonb[], $4::timestamptz[]) as n (lane, phone, cards, as_of)
   order by lane, phone
  on conflict (lane, phone) do update
     set cards = excluded.cards, as_of = excluded.as_of, observed_at = excluded.observed_at
   where c.as_of is null or c.as_of <= excluded.as_of`;

export async function observeClients(tx: EntityManager, seen: readonly Client[]): Promise<void> {
  const newest = new Map<string, Client>();
  for (const client of seen) {
    const other = newest.get(keyOf(client));
    if (!other || other.asOf <= client.asOf) newest.set(keyOf(client), client);
  }
  await tx.query(
    OBSERVE_CLIENTS,
    columns(
      [...newest.values()],
      (c) => c.lane,
      (c) => c.phone,
      (c) => JSON.stringify(c.cards),
      (c) => c.asOf,
    ),
  );
}

/**
 * This client may have a card that the directory has not seen: a contact hides in his unsorted record until a person
 * accepts it, or was just made. "Nobody" is asked about before it is believed.
 */
const REMEMBER_UNSEEN = `
  insert into clients (lane, phone, has_unsorted)
  select distinct lane, phone, true from unnest($1::text[], $2::text[]) as n (lane, phone) order by 1, 2
  on conflict (lane, phone) do update set has_unsorted = true`;

export async function rememberUnseen(tx: EntityManager, clients: readonly ClientKey[]): Promise<void> {
  if (clients.length === 0) return;
  await tx.query(
    REMEMBER_UNSEEN,
    columns(
      clients,
      (c) => c.lane,
      (c) => c.phone,
    ),
  );
}

/** The promised contacts stand, or will never: once none is left, the directory's own rows speak again. Index clients_creations. */
const SETTLE_CREATIONS = `
  update clients
     set creating_call_ids = nullif(array(select unnest(creating_call_ids) except select unnest($1::uuid[])), '{}')
   where creating_call_ids && $1::uuid[]`;

export async function settleCreations(tx: EntityManager, callIds: readonly string[]): Promise<void> {
  if (callIds.length > 0) await tx.query(SETTLE_CREATIONS, [callIds]);
}
