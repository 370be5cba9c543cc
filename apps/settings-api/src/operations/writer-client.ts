import { NotFoundException } from '@nestjs/common';
import {
  type ConnectionTest,
  connectionTest,
  effectList,
  type EffectState,
  type ParkedEffects,
  parkedEffects,
  type PortalLeave,
  portalLeave,
  type PortalStatus,
  portalStatus,
  type WaitingEffect,
} from '@perezvon/contracts';
import { type List } from '../http/list.js';
import { type Neighbour, NeighbourUnavailable } from './neighbour.js';

export interface EffectSearch {
  readonly state: EffectState | undefined;
  readonly portalId: string | undefined;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** What may be asked of amocrm-writer: libs/contracts, internal-writer.ts. Accounts and ids are checked by the caller. */
export class WriterClient {
  constructor(private readonly writer: Neighbour) {}

  status(portalId: string): Promise<PortalStatus> {
    return this.writer.get(`/portals/${portalId}/status`, portalStatus);
  }

  /** How many operations are not settled; null while the writer cannot say. */
  async waitingAt(portalId: string): Promise<number | null> {
    try {
      const { effects } = await this.status(portalId);
      return effects.reduce((sum, row) => sum + row.count, 0);
    } catch (error) {
      if (error instanceof NeighbourUnavailable) return null;
      if (error instanceof NotFoundException) return 0;
      throw error;
    }
  }

  test(portalId: string): Promise<ConnectionTest> {
    return this.writer.post(`/portals/${portalId}/test`, connectionTest);
  }

  /** Our hooks are taken away from amoCRM, before the token goes; null while nobody can. */
  async leave(portalId: string): Promise<PortalLeave | null> {
    try {
      return await this.writer.post(`/portals/${portalId}/leave`, portalLeave);
    } catch (error) {
      if (error instanceof NeighbourUnavailable) return null;
      // Never met: there is nothing of ours.
      if (error instanceof NotFoundException) return { hooks: 'none', reason: null };
      throw error;
    }
  }

  refresh(portalId: string): Promise<void> {
    return this.writer.order(`/portals/${portalId}/refresh`);
  }

  effects(accountId: string, { state, portalId, limit, cursor }: EffectSearch): Promise<List<WaitingEffect>> {
    const query = new URLSearchParams({
      limit: String(limit),
      ...(state !== undefined && { state }),
      ...(portalId !== undefined && { portalId }),
      ...(cursor !== undefined && { cursor }),
    });
    return this.writer.get(`/accounts/${encodeURIComponent(accountId)}/effects?${query.toString()}`, effectList);
  }

  /** What waits for a person in the whole account, also of portals that are gone. */
  parked(accountId: string): Promise<ParkedEffects> {
    return this.writer.get(`/accounts/${encodeURIComponent(accountId)}/parked`, parkedEffects);
  }

  retry(accountId: string, effectId: string): Promise<void> {
    return this.writer.order(`/accounts/${encodeURIComponent(accountId)}/effects/${effectId}/retry`);
  }

  discard(accountId: string, effectId: string, note: string | undefined): Promise<void> {
    return this.writer.order(`/accounts/${encodeURIComponent(accountId)}/effects/${effectId}/discard`, { note });
  }
}
