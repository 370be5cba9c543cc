import { Controller } from '@nestjs/common';
import {
  type CallDecision,
  type CallEvent,
  calls,
  type CallStateChange,
  callStates,
  type CrmResult,
  decisions,
  results,
  type Route,
  routes,
} from '@perezvon/contracts';
import { Consumes, type MessageBatch, RetryableError } from '@perezvon/kafka';
import { isRetryable } from '@perezvon/postgres';
import { decisionTold, eventTold, resultTold, routeTold, stateTold, type Telling } from './journal-call.js';
import { JournalStore } from './journal-store.js';
import { SeenEmployees } from './seen-employees.js';

/** Everything that is said of calls → the journal. */
@Controller()
export class JournalConsumer {
  constructor(
    private readonly store: JournalStore,
    private readonly seen: SeenEmployees,
  ) {}

  @Consumes(calls)
  async events({ messages }: MessageBatch<CallEvent>): Promise<void> {
    const events = messages.map((message) => message.value);
    await retryably(() => this.seen.note(events));
    await this.tell(events.flatMap(eventTold));
  }

  @Consumes(routes)
  routes({ messages }: MessageBatch<Route>): Promise<void> {
    return this.tell(messages.map((message) => routeTold(message.value)));
  }

  @Consumes(callStates)
  states({ messages }: MessageBatch<CallStateChange>): Promise<void> {
    return this.tell(messages.map((message) => stateTold(message.value)));
  }

  @Consumes(decisions)
  decisions({ messages }: MessageBatch<CallDecision>): Promise<void> {
    return this.tell(messages.map((message) => decisionTold(message.value)));
  }

  @Consumes(results)
  results({ messages }: MessageBatch<CrmResult>): Promise<void> {
    return this.tell(messages.map((message) => resultTold(message.value)));
  }

  private tell(tellings: readonly Telling[]): Promise<void> {
    return retryably(() => this.store.tell(tellings));
  }
}

async function retryably(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isRetryable(error)) throw error;
    throw new RetryableError('the journal could not be written', { cause: error });
  }
}
