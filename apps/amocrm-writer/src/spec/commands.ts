import { randomUUID } from 'node:crypto';
import { commandIdOf } from '@perezvon/calls';
import type { CancelCommand, EffectCommand, LookupCommand } from '@perezvon/contracts';

export const accountId = 'acme';

/** One call of one client, and the commands that the engine would emit for it. */
export class Call {
  readonly callId = randomUUID();
  readonly pbxCallId = `pbx-${this.callId}`;

  constructor(
    private readonly portalId: string,
    readonly phone: string,
    private readonly account = accountId,
  ) {}

  contact(more: Partial<EffectCommand> = {}): EffectCommand {
    return this.effect('contact', 1, {
      intent: { kind: 'ensure_contact', name: 'Новый клиент', responsibleUserId: 101, tags: ['79161234567'] },
      ...more,
    });
  }

  deal(more: Partial<EffectCommand> = {}): EffectCommand {
    return this.effect('deal', 1, {
      after: ['contact'],
      intent: {
        kind: 'create_deal',
        name: 'Звонок',
        pipelineId: 3101,
        statusId: 31011,
        responsible: 'default',
        defaultResponsibleUserId: 101,
        unlessActiveDealIn: 'all',
        tags: [],
      },
      ...more,
    });
  }

  unsorted(direction: 'in' | 'out' = 'in', more: Partial<EffectCommand> = {}): EffectCommand {
    return this.effect('unsorted', 1, {
      intent: {
        kind: 'create_unsorted',
        direction,
        pipelineId: 3101,
        leadName: 'Пропущенный звонок',
        contactName: 'Клиент',
        responsibleUserId: 101,
        durationSec: 0,
        recordUrl: null,
        tags: [],
      },
      ...more,
    });
  }

  note(revision = 1, recordUrl: string | null = null, more: Partial<EffectCommand> = {}): EffectCommand {
    return this.effect('note', revision, {
      after: [],
      intent: {
        kind: 'call_note',
        direction: 'in',
        durationSec: 65,
        callStatus: 4,
        callResult: null,
        recordUrl,
        responsibleUserId: 101,
      },
      ...more,
    });
  }

  task(which: 'answered' | 'missed' = 'answered', more: Partial<EffectCommand> = {}): EffectCommand {
    return this.effect(`task.${which}`, 1, {
      intent: {
        kind: 'create_task',
        text: `Обработать звонок: ${this.phone}`,
        taskTypeId: null,
        callEndedAt: '2026-11-20T09:14:15.000Z',
        dueInMinutes: 60,
        responsible: 'card_owner',
        defaultResponsibleUserId: 101,
      },
      ...more,
    });
  }

  /** This call turned out to be `older`, which keeps what it has (R15). */
  cancel(older: Call, effects: CancelCommand['effects']): CancelCommand {
    return {
      type: 'cancel',
      commandId: randomUUID(),
      accountId: this.account,
      portalId: this.portalId,
      lane: 'unknown',
      callId: this.callId,
      inFavourOf: older.callId,
      phone: this.phone,
      effects,
      ruleIds: ['R15'],
      requestedAt: new Date().toISOString(),
    };
  }

  lookup(requestedAt = new Date()): LookupCommand {
    return {
      type: 'lookup',
      commandId: randomUUID(),
      accountId: this.account,
      portalId: this.portalId,
      lane: 'unknown',
      phone: this.phone,
      requestedAt: requestedAt.toISOString(),
    };
  }

  private effect(
    effect: EffectCommand['effect'],
    revision: number,
    more: Partial<EffectCommand> & Pick<EffectCommand, 'intent'>,
  ): EffectCommand {
    return {
      type: 'effect',
      commandId: commandIdOf(this.account, this.callId, effect, revision),
      accountId: this.account,
      portalId: this.portalId,
      lane: 'unknown',
      callId: this.callId,
      effect,
      revision,
      phone: this.phone,
      pbxCallId: this.pbxCallId,
      callStartedAt: '2026-11-20T09:12:47.000Z',
      causedAt: '2026-11-20T09:13:10.000Z',
      settingsVersion: 1,
      ruleIds: ['R2'],
      after: [],
      ...more,
    };
  }
}
