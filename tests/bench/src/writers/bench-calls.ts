import { randomUUID } from 'node:crypto';
import { commandIdOf } from '@perezvon/calls';
import type { EffectCommand, Intent } from '@perezvon/contracts';

/** Where a call is written to. */
export interface Target {
  readonly accountId: string;
  readonly portalId: string;
  /** What is added to the ids of the emulator's first portal. */
  readonly idOffset: number;
}

/** What the engine would ask of the writer for one call (rules R2, R3, R6, R9). */
export class BenchCall {
  readonly callId = randomUUID();

  constructor(
    private readonly target: Target,
    readonly phone: string,
    private readonly causedAt = new Date(),
  ) {}

  /** An answered call of an unknown client: contact, deal, note. */
  answeredUnknown(): EffectCommand[] {
    return [this.contact(), this.deal(['contact']), this.note(['contact', 'deal'])];
  }

  /** The eight cells of a direction pair, one after the other. */
  ofCell(cell: number): EffectCommand[] {
    switch (cell % 4) {
      case 0:
        return [...this.answeredUnknown(), this.task('task.answered')];
      case 1:
        return [this.unsorted(cell % 8 === 1 ? 'in' : 'out'), this.task('task.missed')];
      case 2:
        return [this.deal([]), this.note(['deal']), this.task('task.answered')];
      default:
        return [this.note([]), this.task('task.missed')];
    }
  }

  contact(): EffectCommand {
    const responsibleUserId = this.id(101);
    return this.effect('contact', [], { kind: 'ensure_contact', name: 'Новый клиент', responsibleUserId, tags: [] });
  }

  deal(after: EffectCommand['after']): EffectCommand {
    return this.effect('deal', after, {
      kind: 'create_deal',
      name: 'Звонок',
      pipelineId: this.id(3101),
      statusId: this.id(31011),
      responsible: 'default',
      defaultResponsibleUserId: this.id(101),
      unlessActiveDealIn: after.length === 0 ? null : 'all',
      tags: [],
    });
  }

  note(after: EffectCommand['after']): EffectCommand {
    return this.effect('note', after, {
      kind: 'call_note',
      direction: 'in',
      durationSec: 65,
      callStatus: 4,
      callResult: null,
      recordUrl: null,
      responsibleUserId: this.id(101),
    });
  }

  private unsorted(direction: 'in' | 'out'): EffectCommand {
    return this.effect('unsorted', [], {
      kind: 'create_unsorted',
      direction,
      pipelineId: this.id(3101),
      leadName: 'Пропущенный звонок',
      contactName: 'Клиент',
      responsibleUserId: this.id(101),
      durationSec: 0,
      recordUrl: null,
      tags: [],
    });
  }

  private task(effect: 'task.answered' | 'task.missed'): EffectCommand {
    return this.effect(effect, [], {
      kind: 'create_task',
      // Words of its own: late tasks of one client, written in one second, are else a resend to the emulator's eyes.
      text: `Обработать звонок ${this.callId.slice(0, 8)}: {phone}`,
      taskTypeId: null,
      callEndedAt: this.causedAt.toISOString(),
      dueInMinutes: 60,
      responsible: 'default',
      defaultResponsibleUserId: this.id(101),
    });
  }

  private id(ofFirstPortal: number): number {
    return ofFirstPortal + this.target.idOffset;
  }

  private effect(effect: EffectCommand['effect'], after: EffectCommand['after'], intent: Intent): EffectCommand {
    const { accountId, portalId } = this.target;
    const at = this.causedAt.toISOString();
    return {
      type: 'effect',
      commandId: commandIdOf(accountId, this.callId, effect, 1),
      accountId,
      portalId,
      lane: portalId,
      callId: this.callId,
      effect,
      revision: 1,
      phone: this.phone,
      pbxCallId: this.callId,
      callStartedAt: at,
      causedAt: at,
      settingsVersion: 1,
      ruleIds: ['R2'],
      after,
      intent,
    };
  }
}

/** A number of its own for each client. */
export function phoneOf(index: number): string {
  return `+7916${String(1_000_000 + index).padStart(7, '0')}`;
}

/** Waited long enough that nobody counts it as a call that has just happened. */
export const anHourAgo = (): Date => new Date(Date.now() - 60 * 60_000);
