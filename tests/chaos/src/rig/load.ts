import { randomUUID } from 'node:crypto';
import { commandIdOf } from '@perezvon/calls';
import { type EffectCommand, type EffectName, type Intent } from '@perezvon/contracts';
import { type Dice } from './dice.js';
import { type Tenant } from './tenant.js';

/** A client's calls follow each other by so much: what came first must be written down first (faults.md I4). */
const BETWEEN_CALLS_MS = 600_000;
const FIRST_CALL_AT = Date.parse('2026-11-20T06:00:00.000Z');
const TALK_SEC = 65;

interface Person {
  readonly phone: string;
  calls: number;
}

/**
 * Calls as the decision engine would put them: new clients with contact, deal, note and task, clients who call again,
 * records for «Неразобранное», notes that are corrected later. Same dice, same calls but for the ids.
 */
export class Load {
  /** Everything put so far, by account, call and effect; of several revisions the newest. */
  readonly wanted = new Map<string, EffectCommand>();
  readonly phones = new Set<string>();
  private readonly people = new Map<Tenant, Person[]>();

  constructor(private readonly dice: Dice) {}

  /** Of all effects together: an effect is stored as it was wanted last when its newest revision is. */
  get revisions(): number {
    return [...this.wanted.values()].reduce((sum, { revision }) => sum + revision, 0);
  }

  /** The commands of `calls` calls of one tenant. */
  calls(tenant: Tenant, calls: number): EffectCommand[] {
    return Array.from({ length: calls }, () => this.call(tenant)).flat();
  }

  /** A call of one customer that names another's portal. It is not wanted: nothing may become of it. */
  strangerCalls(customer: Tenant, owner: Tenant): EffectCommand[] {
    const call = new Call(customer, `+7998${String(this.dice.between(0, 9_999_999)).padStart(7, '0')}`, FIRST_CALL_AT);
    return [{ ...call.unsorted(), portalId: owner.portalId }];
  }

  private call(tenant: Tenant): EffectCommand[] {
    const known = this.people.get(tenant) ?? [];
    this.people.set(tenant, known);
    const callsAgain = known.length > 0 && this.dice.roll() < 0.25;
    const person = callsAgain ? this.dice.oneOf(known) : this.newPerson(tenant, known.length);
    const isMissed = !callsAgain && this.dice.roll() < 0.4;
    // The client of a claim is hidden until somebody accepts it: he does not call again here.
    if (!callsAgain && !isMissed) known.push(person);
    const call = new Call(tenant, person.phone, FIRST_CALL_AT + person.calls * BETWEEN_CALLS_MS);
    person.calls += 1;
    const commands = isMissed ? [call.unsorted()] : [call.contact(), call.deal(), call.note(1), call.task()];
    if (!isMissed && this.dice.roll() < 0.3) commands.push(call.note(2));
    for (const command of commands) this.wanted.set(keyOf(command), command);
    return commands;
  }

  private newPerson(tenant: Tenant, index: number): Person {
    const phone = `+7999${String(tenant.index * 20_000 + index + this.phones.size).padStart(7, '0')}`;
    this.phones.add(phone);
    return { phone, calls: 0 };
  }
}

export function keyOf({ accountId, callId, effect }: Pick<EffectCommand, 'accountId' | 'callId' | 'effect'>): string {
  return `${accountId}|${callId}|${effect}`;
}

class Call {
  private readonly callId = randomUUID();

  constructor(
    private readonly tenant: Tenant,
    private readonly phone: string,
    private readonly startedAtMs: number,
  ) {}

  contact(): EffectCommand {
    return this.effect('contact', [], {
      kind: 'ensure_contact',
      name: 'Новый клиент',
      responsibleUserId: this.tenant.crmId(101),
      tags: [this.phone.slice(1)],
    });
  }

  deal(): EffectCommand {
    return this.effect('deal', ['contact'], {
      kind: 'create_deal',
      name: 'Звонок',
      pipelineId: this.tenant.crmId(3101),
      statusId: this.tenant.crmId(31011),
      responsible: 'default',
      defaultResponsibleUserId: this.tenant.crmId(101),
      unlessActiveDealIn: 'all',
      tags: [],
    });
  }

  /** @param revision the second knows the recording */
  note(revision: number): EffectCommand {
    const intent: Intent = {
      kind: 'call_note',
      direction: 'in',
      durationSec: TALK_SEC,
      callStatus: 4,
      callResult: null,
      recordUrl: revision === 1 ? null : `https://pbx.example/records/${this.callId}`,
      responsibleUserId: this.tenant.crmId(101),
    };
    return { ...this.effect('note', ['contact', 'deal'], intent, revision) };
  }

  task(): EffectCommand {
    return this.effect('task.answered', ['contact', 'deal'], {
      kind: 'create_task',
      text: `Обработать звонок ${this.callId}: ${this.phone}`,
      taskTypeId: null,
      callEndedAt: new Date(this.startedAtMs + TALK_SEC * 1000).toISOString(),
      dueInMinutes: 60,
      responsible: 'card_owner',
      defaultResponsibleUserId: this.tenant.crmId(101),
    });
  }

  unsorted(): EffectCommand {
    return this.effect('unsorted', [], {
      kind: 'create_unsorted',
      direction: 'in',
      pipelineId: this.tenant.crmId(3101),
      leadName: 'Пропущенный звонок',
      contactName: 'Клиент',
      responsibleUserId: this.tenant.crmId(101),
      durationSec: 0,
      recordUrl: null,
      tags: [],
    });
  }

  private effect(effect: EffectName, after: EffectName[], intent: Intent, revision = 1): EffectCommand {
    const { accountId, portalId } = this.tenant;
    return {
      type: 'effect',
      commandId: commandIdOf(accountId, this.callId, effect, revision),
      accountId,
      portalId,
      lane: accountId,
      callId: this.callId,
      effect,
      revision,
      phone: this.phone,
      pbxCallId: `pbx-${this.callId}`,
      callStartedAt: new Date(this.startedAtMs).toISOString(),
      causedAt: new Date().toISOString(),
      settingsVersion: 1,
      ruleIds: ['R2'],
      after,
      intent,
    };
  }
}
