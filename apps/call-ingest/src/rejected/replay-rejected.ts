import { type RejectedCallEvent, type ReplayOutcome } from '@perezvon/contracts';
import { type AccountDirectory, cabinetOf } from '../accounts/account-directory.js';
import { type Delivery } from '../intake/delivery.js';
import { takeDelivery } from '../intake/take.js';
import { type IntakeProducer } from '../kafka/intake-producer.js';
import { type RejectedEvents } from './rejected-events.js';

const PRODUCE_TIMEOUT_MS = 10_000;

/**
 * Drives a refused event again, as its door would take it now: after the account was made, a template's field was
 * mapped, or this service learned a new word. Ids come from the content, so a replay of what meanwhile came otherwise
 * changes nothing.
 */
export class ReplayRejected {
  constructor(
    private readonly rejectedEvents: Pick<RejectedEvents, 'find' | 'markReplayed'>,
    private readonly directory: AccountDirectory,
    private readonly producer: IntakeProducer,
  ) {}

  /** Null: this account has no such reject. @throws when Kafka does not take the event: nothing was marked then */
  async replay(accountId: string, rejectedId: string): Promise<ReplayOutcome | null> {
    const rejected = await this.rejectedEvents.find(accountId, rejectedId);
    if (rejected === undefined) return null;
    if (rejected.original.truncated)
      return refused(rejected, 'It is too large to be kept whole: have the PBX send it again.');
    const delivery = this.deliveryAgain(rejected);
    if (delivery === null) return refused(rejected, 'The PBX source that sent it is no more.');

    const intake = takeDelivery(delivery, { nowMs: Date.now(), knowsAccount: this.directory.knows, origin: 'replay' });
    const [again] = intake.rejections;
    if (again !== undefined)
      return { outcome: 'rejected', code: again.rejection.code, message: again.rejection.message };
    if (intake.unknownAccount.length > 0) {
      return { outcome: 'rejected', code: 'unknown_account', message: 'The account is not known yet.' };
    }
    await this.producer.store(intake, PRODUCE_TIMEOUT_MS);
    await this.rejectedEvents.markReplayed(rejectedId);
    return { outcome: 'accepted', code: null, message: null };
  }

  /** Null: its source was deleted, and with it whatever its words meant. */
  private deliveryAgain({ door, sourceId, original, rejectedAt }: RejectedCallEvent): Delivery | null {
    const found = sourceId === null ? undefined : this.directory.source(sourceId);
    if (sourceId !== null && found === undefined) return null;
    const bytes = Buffer.from(original.base64, 'base64');
    const isQueryAlone = original.position.startsWith('GET ');
    return {
      door,
      dialect: original.dialect ?? 'canonical',
      bytes: isQueryAlone ? Buffer.alloc(0) : bytes,
      query: isQueryAlone ? bytes.toString('utf8') : (original.query ?? ''),
      position: original.position,
      sourceId,
      cabinet: found === undefined ? null : cabinetOf(found),
      receivedAtMs: Date.parse(rejectedAt),
    };
  }
}

function refused({ code }: RejectedCallEvent, message: string): ReplayOutcome {
  return { outcome: 'rejected', code, message };
}
