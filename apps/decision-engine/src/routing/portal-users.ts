import { portals, type Portal } from '@perezvon/contracts';
import type { EntityManager } from 'typeorm';
import type { RouteDirectory } from './read-directory.js';

type PortalVersion = Pick<NonNullable<RouteDirectory['portal']>, 'portalId' | 'receivedAt'>;

/** The users of the portals asked about lately, read again when a portal's copy has changed; the oldest leave when full. */
export class PortalUsers {
  private readonly held = new Map<string, { readonly receivedAt: string; readonly users: Portal['users'] }>();

  constructor(private readonly capacity = 2_000) {}

  async of(database: EntityManager, { portalId, receivedAt }: PortalVersion): Promise<Portal['users']> {
    const held = this.held.get(portalId);
    if (held?.receivedAt === receivedAt) return held.users;
    const [row]: { document: unknown }[] = await database.query('select document from portals where portal_id = $1', [
      portalId,
    ]);
    const users = row ? portals.parse(row.document).users : [];
    this.held.delete(portalId);
    this.held.set(portalId, { receivedAt, users });
    const [oldest] = this.held.keys();
    if (this.held.size > this.capacity && oldest !== undefined) this.held.delete(oldest);
    return users;
  }
}
