import type { EffectCommand } from '@perezvon/contracts';
import { portalIdOf } from './world.js';
import { pipelineId, statusId } from './model-amocrm.js';

export const accountId = 'acme';

type Kind = 'contact' | 'deal' | 'note' | 'task' | 'unsorted';

/** One call of one client and what the engine would want of it; ids depend on numbers alone, so that a seed is a run. */
export class ModelCall {
  private readonly callId: string;
  readonly phone: string;

  constructor(
    private readonly number: number,
    /** Whose call: the same number is the same client. */
    client: number,
    /** Of the world's lanes. */
    private readonly lane: number,
    private readonly causedAt: number,
  ) {
    this.callId = `00000000-0000-4000-8000-2${String(number).padStart(11, '0')}`;
    this.phone = `+7916${String(1_000_000 + client)}`;
  }

  commands(kinds: readonly Kind[]): EffectCommand[] {
    const after = kinds.includes('contact') ? ['contact' as const] : [];
    return kinds.map((kind) => this.command(kind, after, 1));
  }

  /** The note once more, with what became known later. */
  revisedNote(kinds: readonly Kind[]): EffectCommand {
    return this.command('note', kinds.includes('contact') ? ['contact'] : [], 2);
  }

  private command(kind: Kind, after: EffectCommand['after'], revision: number): EffectCommand {
    const effect = kind === 'task' ? 'task.missed' : kind;
    const at = new Date(this.causedAt).toISOString();
    const place = { contact: 1, deal: 2, note: 3, task: 4, unsorted: 5 }[kind];
    return {
      type: 'effect',
      commandId: `00000000-0000-4000-8000-${place}${revision}${String(this.number).padStart(10, '0')}`,
      accountId,
      portalId: portalIdOf(this.lane),
      lane: 'unknown',
      callId: this.callId,
      effect,
      revision,
      phone: this.phone,
      pbxCallId: `pbx-${this.number}`,
      callStartedAt: at,
      causedAt: at,
      settingsVersion: 1,
      ruleIds: ['R2'],
      after: kind === 'contact' ? [] : [...after],
      intent: this.intent(kind, revision, at),
    };
  }

  private intent(kind: Kind, revision: number, at: string): EffectCommand['intent'] {
    const responsibleUserId = 101;
    switch (kind) {
      case 'contact':
        return { kind: 'ensure_contact', name: 'Новый клиент', responsibleUserId, tags: [] };
      case 'deal':
        return {
          kind: 'create_deal',
          name: 'Звонок',
          pipelineId,
          statusId,
          responsible: 'default',
          defaultResponsibleUserId: responsibleUserId,
          unlessActiveDealIn: null,
          tags: [],
        };
      case 'note':
        return {
          kind: 'call_note',
          direction: 'in',
          durationSec: 65,
          callStatus: 4,
          callResult: null,
          recordUrl: revision === 1 ? null : 'https://records.example/1.mp3',
          responsibleUserId,
        };
      case 'task':
        return {
          kind: 'create_task',
          text: `Перезвонить ${this.phone}, звонок ${this.number}`,
          taskTypeId: null,
          callEndedAt: at,
          dueInMinutes: 60,
          responsible: 'default',
          defaultResponsibleUserId: responsibleUserId,
        };
      case 'unsorted':
        return {
          kind: 'create_unsorted',
          direction: 'in',
          pipelineId,
          leadName: 'Пропущенный звонок',
          contactName: 'Клиент',
          responsibleUserId,
          durationSec: 0,
          recordUrl: null,
          tags: [],
        };
    }
  }
}
