import {
  type RejectedItem,
  rejectedList,
  type ReplayOutcome,
  replayOutcome,
  type SourceActivity,
  sourceActivity,
} from '@perezvon/contracts';
import { type List } from '../http/list.js';
import { type Neighbour } from './neighbour.js';

/** What may be asked of call-ingest: libs/contracts, internal-ingest.ts. Accounts and ids are checked by the caller. */
export class IngestClient {
  constructor(private readonly ingest: Neighbour) {}

  rejected(accountId: string, limit: number, cursor: string | undefined): Promise<List<RejectedItem>> {
    const query = new URLSearchParams({ limit: String(limit), ...(cursor !== undefined && { cursor }) });
    return this.ingest.get(`/accounts/${encodeURIComponent(accountId)}/rejected?${query.toString()}`, rejectedList);
  }

  replay(accountId: string, rejectedId: string): Promise<ReplayOutcome> {
    return this.ingest.post(`/accounts/${encodeURIComponent(accountId)}/rejected/${rejectedId}/replay`, replayOutcome);
  }

  activity(accountId: string): Promise<SourceActivity> {
    return this.ingest.get(`/accounts/${encodeURIComponent(accountId)}/activity`, sourceActivity);
  }
}
