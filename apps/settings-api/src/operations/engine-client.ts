import { type WaitingCalls, waitingCalls } from '@perezvon/contracts';
import { type Neighbour } from './neighbour.js';

/** What may be asked of decision-engine: libs/contracts, internal-engine.ts. Accounts are checked by the caller. */
export class EngineClient {
  constructor(private readonly engine: Neighbour) {}

  /** Calls that are not decided yet, by what they wait for. */
  async waiting(accountId: string): Promise<WaitingCalls['waiting']> {
    return (await this.engine.get(`/accounts/${encodeURIComponent(accountId)}/waiting`, waitingCalls)).waiting;
  }
}
