import type { CallDecision, CallEvent, CallStateChange, ClientLookup, CrmCommand, Settings } from '@perezvon/contracts';
import { advance } from '../advance.js';
import type { CallIdentity } from '../step.js';
import { evolve, type CallFacts } from '../call-facts.js';
import { isOneCall, tiesOf } from '../call-ties.js';
import { joinCalls } from '../join-calls.js';
import { newProgress, type CallProgress } from '../progress.js';

/**
 * The calls of one account as the engine would follow them, in memory: ids are joined, clients asked for and promised
 * contacts remembered, and time passes between events as far as the calls ask for it.
 */
export interface Story {
  readonly settings: Settings;
  /** What amoCRM has of each phone: at once from the directory, or only when it is asked. */
  readonly clients: Readonly<Record<string, ClientLookup>>;
  readonly isDirectoryComplete: boolean;
  /** When the operator switches the integration off (R3, R11); ISO 8601 UTC. */
  readonly switchedOffAt?: string;
}

/** Something came out, and why then. */
export interface Outcome {
  readonly at: string;
  readonly cause: string;
  readonly pbxCallId: string;
  readonly decision: CallDecision | null;
  readonly commands: readonly CrmCommand[];
  readonly stateChange: CallStateChange | null;
}

interface Followed {
  readonly identity: CallIdentity;
  facts: CallFacts;
  progress: CallProgress;
  lastEventId: string;
}

export const NOBODY: ClientLookup = { known: false, origin: 'directory', asOf: null, candidates: [], chosen: null };
const BEING_CREATED: ClientLookup = { ...NOBODY, known: true, origin: 'pending_creation' };

const clientKey = (accountId: string, phone: string) => `${accountId}|${phone}`;

/** amoCRM's answer to a lookup comes a second later. */
const ANSWER_MS = 1000;

/** Events by the time they reached us, and everything that came of them, timers included. */
export function playback(story: Story, events: readonly CallEvent[]): Outcome[] {
  const player = new Player(story);
  for (const event of [...events].sort((a, b) =>
    a.received_at < b.received_at ? -1 : a.received_at > b.received_at ? 1 : 0,
  )) {
    player.passTime(event.received_at);
    player.hear(event);
  }
  player.passTime('9999-12-31T23:59:59.999Z');
  return player.outcomes;
}

class Player {
  readonly outcomes: Outcome[] = [];
  private readonly calls = new Map<string, Followed>();
  private readonly callByAlias = new Map<string, string>();
  /** Account and phone → the call that promised its contact. */
  private readonly creating = new Map<string, string>();
  private readonly answered = new Set<string>();
  private readonly answersDue: { readonly at: string; readonly phone: string }[] = [];

  constructor(private readonly story: Story) {}

  hear(event: CallEvent): void {
    const { callId: ownId, named } = tiesOf(event);
    const known = [...new Set([this.callByAlias.get(ownId) ?? [], this.oneCallWith(event)].flat())];
    const [oldest, ...younger] = known.sort((a, b) => this.ageOf(a) - this.ageOf(b));
    const callId = oldest ?? ownId;
    for (const alias of [ownId, ...named.flatMap(({ namedIds }) => namedIds)]) {
      if (!this.callByAlias.has(alias)) this.callByAlias.set(alias, callId);
    }

    const call = this.calls.get(callId);
    if (call) {
      call.facts = evolve(call.facts, event);
      call.lastEventId = event.event_id;
    } else {
      const identity = { callId, pbxCallId: event.call_id, settings: this.story.settings };
      this.calls.set(callId, {
        identity,
        facts: evolve(null, event),
        progress: newProgress,
        lastEventId: event.event_id,
      });
    }
    for (const other of younger) this.join(callId, other, event);
    this.step(callId, event.received_at, event.type);
  }

  /** Calls that the event's call named, or was named by, and that prove to be it. */
  private oneCallWith(event: CallEvent): string[] {
    const { callId, named, asNamed } = tiesOf(event);
    const facts = evolve(this.calls.get(this.callByAlias.get(callId) ?? '')?.facts ?? null, event);
    return [
      ...asNamed.namedIds.flatMap((alias) => {
        const naming = this.callByAlias.get(alias) ?? '';
        const other = this.calls.get(naming)?.facts;
        return other && isOneCall(other, event.call_id, facts) ? [naming] : [];
      }),
      ...named.flatMap((one) => {
        const otherId = this.callByAlias.get(one.callId) ?? '';
        const other = this.calls.get(otherId)?.facts;
        return other && isOneCall(facts, one.pbxCallId, other) ? [otherId] : [];
      }),
    ];
  }

  /** Everything that is due until `until`, in its order. */
  passTime(until: string): void {
    for (let due = this.nextDue(); due !== null && due.at <= until; due = this.nextDue()) {
      if ('phone' in due) this.answer(due);
      else this.step(due.callId, due.at, 'time passes');
    }
  }

  private nextDue(): { at: string; callId: string } | { at: string; phone: string } | null {
    const timers = [...this.calls].flatMap(([callId, { progress }]) =>
      progress.wakeAt === null ? [] : [{ at: progress.wakeAt, callId }],
    );
    const due = [...timers, ...this.answersDue].sort((a, b) => (a.at < b.at ? -1 : 1));
    return due.at(0) ?? null;
  }

  private answer({ at, phone }: { at: string; phone: string }): void {
    this.answersDue.shift();
    this.answered.add(phone);
    for (const [callId, { facts }] of this.calls) {
      if (facts.client.e164 === phone) this.step(callId, at, 'amoCRM answers');
    }
  }

  private step(callId: string, now: string, cause: string): void {
    const call = this.calls.get(callId);
    if (!call) throw new Error(`no call ${callId}`);
    const phone = call.facts.client.e164;
    const moved = advance(call.identity, call.facts, call.progress, {
      stillActive: this.story.switchedOffAt === undefined || now < this.story.switchedOffAt,
      lane: 'ru:1',
      client: phone === null ? null : this.clientOf(phone, call),
      now,
      causedByEventId: call.lastEventId,
    });
    if (moved.progress.wakeAt !== null && moved.progress.wakeAt <= now) throw new Error(`${callId} wakes for ever`);
    call.progress = moved.progress;
    if (moved.promisesContact && phone !== null) {
      const client = clientKey(call.facts.accountId, phone);
      if (!this.creating.has(client)) this.creating.set(client, callId);
    }
    for (const command of moved.commands) {
      if (command.type !== 'lookup') continue;
      this.answersDue.push({ at: new Date(Date.parse(now) + ANSWER_MS).toISOString(), phone: command.phone });
    }
    const { decision, commands, stateChange } = moved;
    this.tell({ at: now, cause, pbxCallId: call.identity.pbxCallId, decision, commands, stateChange });
  }

  private clientOf(phone: string, { facts, identity }: Followed): ClientLookup | null {
    const creator = this.creating.get(clientKey(facts.accountId, phone));
    if (creator !== undefined && creator !== identity.callId) return BEING_CREATED;
    return this.story.isDirectoryComplete || this.answered.has(phone) ? (this.story.clients[phone] ?? NOBODY) : null;
  }

  private join(olderId: string, youngerId: string, event: CallEvent): void {
    const [older, younger] = [this.calls.get(olderId), this.calls.get(youngerId)];
    if (!older || !younger) throw new Error('both calls are known');
    const now = event.received_at;
    const joined = joinCalls(older, younger, { lane: 'ru:1', now, causedByEventId: event.event_id });
    older.facts = joined.older.facts;
    older.progress = joined.older.progress;
    younger.progress = joined.younger;
    for (const [alias, callId] of this.callByAlias) if (callId === youngerId) this.callByAlias.set(alias, olderId);
    const commands = joined.cancel ? [joined.cancel] : [];
    const { pbxCallId } = younger.identity;
    this.tell({ at: now, cause: event.type, pbxCallId, decision: joined.decision, commands, stateChange: null });
  }

  private tell(outcome: Outcome): void {
    const isSilent = outcome.decision === null && outcome.commands.length === 0 && outcome.stateChange === null;
    if (!isSilent) this.outcomes.push(outcome);
  }

  private ageOf(callId: string): number {
    return [...this.calls.keys()].indexOf(callId);
  }
}
