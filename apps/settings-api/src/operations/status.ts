import { NotFoundException } from '@nestjs/common';
import { type ParkedEffects, type PortalStatus, type SourceActivity, type WaitingCalls } from '@perezvon/contracts';
import { type Integration } from '../integration/integration.js';
import { type CallsWithoutEnd, type CallsWithoutEndOf } from '../journal/calls-without-end.js';
import { type Portals, type PortalView } from '../portals/portals.js';
import { type EngineClient } from './engine-client.js';
import { type IngestClient } from './ingest-client.js';
import { type NeighbourAddress, NeighbourUnavailable } from './neighbour.js';
import { type WriterClient } from './writer-client.js';

export interface PortalHealth extends PortalView {
  /** The one that new calls are written to. */
  readonly isChosen: boolean;
  /** Null: the writer does not know the portal yet, or does not answer. */
  readonly status: PortalStatus | null;
}

export interface AccountStatus {
  readonly isActive: boolean;
  readonly portals: readonly PortalHealth[];
  /** Operations that wait for a person, also of portals that are gone; null: the writer does not answer. */
  readonly parked: ParkedEffects | null;
  /** What call-ingest has heard of the PBX; null: it does not answer. */
  readonly activity: SourceActivity | null;
  /** Calls that are not decided yet, by what they wait for; null: decision-engine does not answer. */
  readonly waitingCalls: WaitingCalls['waiting'] | null;
  /** R4: talks of the last week whose end never came; null: there are none. */
  readonly callsWithoutEnd: CallsWithoutEnd | null;
  /** What keeps the integration from being active, or is broken now: `/integration/problems` lists it. */
  readonly problems: { readonly blocking: number; readonly broken: number; readonly warnings: number };
  /** Services that did not answer; what they know is absent. */
  readonly unavailable: readonly NeighbourAddress['name'][];
}

/** Is everything all right? Asks the services that know; one that is away does not hide what the others say. */
export class Status {
  constructor(
    private readonly integration: Integration,
    private readonly portals: Portals,
    private readonly writer: WriterClient,
    private readonly ingest: IngestClient,
    private readonly engine: EngineClient,
    private readonly withoutEnd: CallsWithoutEndOf,
  ) {}

  async of(accountId: string): Promise<AccountStatus> {
    const unavailable = new Set<NeighbourAddress['name']>();
    const unlessAway = async <Answer>(asked: Promise<Answer>): Promise<Answer | null> => {
      try {
        return await asked;
      } catch (error) {
        if (error instanceof NotFoundException) return null;
        if (!(error instanceof NeighbourUnavailable)) throw error;
        unavailable.add(error.neighbour);
        return null;
      }
    };
    const portals = await this.portals.list(accountId);
    const { body: settings } = await this.integration.get(accountId);
    const problems = await this.integration.problems(accountId);
    const callsWithoutEnd = await this.withoutEnd.account(accountId);
    const [activity, parked, waitingCalls, ...statuses] = await Promise.all([
      unlessAway(this.ingest.activity(accountId)),
      unlessAway(this.writer.parked(accountId)),
      unlessAway(this.engine.waiting(accountId)),
      ...portals.map((portal) => unlessAway(this.writer.status(portal.portalId))),
    ]);
    const count = (severity: (typeof problems)[number]['severity']): number =>
      problems.filter((problem) => problem.severity === severity).length;
    return {
      isActive: settings.active,
      portals: portals.map((portal, index) => ({
        ...portal,
        isChosen: portal.portalId === settings.portalId,
        status: statuses[index] ?? null,
      })),
      parked,
      activity,
      waitingCalls,
      callsWithoutEnd,
      problems: { blocking: count('blocks_activation'), broken: count('broken'), warnings: count('warning') },
      unavailable: [...unavailable],
    };
  }
}
