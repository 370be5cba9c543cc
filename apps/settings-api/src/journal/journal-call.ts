import { callIdOf, evolveAll, isOneCall, linkedIdsOf, type CallFacts } from '@perezvon/calls';
import {
  type CallDecision,
  type CallEvent,
  type CallState,
  type CallStateChange,
  type CrmResult,
  type EffectName,
  type Route,
} from '@perezvon/contracts';

/**
 * One call as the journal keeps it: everything that was said of it on any topic. Topics are read side by side and each
 * may be read again, so this is a merge in which neither the order nor the repetition of messages matters: what is told
 * once is kept under its own id, of what is told anew the newest counts.
 */
export interface JournalCall {
  readonly accountId: string;
  readonly callId: string;
  readonly pbxCallId: string | null;
  /** By event id and content; as they came, because what follows from them is the business of @perezvon/calls. */
  readonly events: Readonly<Record<string, CallEvent>>;
  /** By decision id. */
  readonly decisions: Readonly<Record<string, CallDecision>>;
  /** The newest of each effect and state: what an effect went through. */
  readonly results: Readonly<Record<string, CrmResult>>;
  readonly state: CallStateChange | null;
  /** By route id. */
  readonly routes: Readonly<Record<string, Route>>;
  /** Ids of the same call at the PBX, as calls of ours. */
  readonly linked: readonly string[];
}

/** Something that one message says of one call. */
export interface Telling {
  readonly accountId: string;
  readonly callId: string;
  readonly merge: (call: JournalCall) => JournalCall;
}

export function newJournalCall(accountId: string, callId: string): JournalCall {
  return {
    accountId,
    callId,
    pbxCallId: null,
    events: {},
    decisions: {},
    results: {},
    state: null,
    routes: {},
    linked: [],
  };
}

/** An event tells of its call, and of the other ids of that call that they belong together. */
export function eventTold(event: CallEvent): Telling[] {
  const callId = callIdOf(event, event.call_id);
  const group = [callId, ...linkedIdsOf(event).map((pbxCallId) => callIdOf(event, pbxCallId))];
  const others = [...new Set(group)].filter((each) => each !== callId);
  const key = `${event.event_id}:${event.content_hash}`;
  const { raw: _raw, ...kept } = event;
  const own: Telling = {
    accountId: event.account_id,
    callId,
    merge: (call) => ({
      ...linkedTo(call, group),
      pbxCallId: event.call_id,
      events: { ...call.events, [key]: earlier(call.events[key], kept) },
    }),
  };
  return [
    own,
    ...others.map((other) => ({
      accountId: event.account_id,
      callId: other,
      merge: (call: JournalCall) => linkedTo(call, group),
    })),
  ];
}

export function decisionTold(decision: CallDecision): Telling {
  return {
    accountId: decision.accountId,
    callId: decision.callId,
    merge: (call) => ({
      ...call,
      pbxCallId: decision.pbxCallId,
      decisions: { ...call.decisions, [decision.decisionId]: decision },
    }),
  };
}

export function resultTold(result: CrmResult): Telling {
  const key = `${result.effect}:${result.state}`;
  return {
    accountId: result.accountId,
    callId: result.callId,
    merge: (call) => {
      const newest = newer(
        call.results[key],
        result,
        ({ revision, at }) => `${String(revision).padStart(9, '0')}${at}`,
      );
      return { ...call, results: { ...call.results, [key]: newest } };
    },
  };
}

export function stateTold(change: CallStateChange): Telling {
  return {
    accountId: change.accountId,
    callId: change.callId,
    merge: (call) => ({
      ...call,
      pbxCallId: change.pbxCallId,
      state: newer(call.state ?? undefined, change, ({ since }) => since),
    }),
  };
}

/** A question that did not name the PBX's cabinet stands alone, where the account has several of one kind. */
export function routeTold(route: Route): Telling {
  const { accountId, source, sourceInstance, pbxCallId } = route;
  return {
    accountId,
    callId: callIdOf({ account_id: accountId, source, source_instance: sourceInstance }, pbxCallId),
    merge: (call) => ({ ...call, pbxCallId: route.pbxCallId, routes: { ...call.routes, [route.routeId]: route } }),
  };
}

function linkedTo(call: JournalCall, group: readonly string[]): JournalCall {
  const linked = new Set([...call.linked, ...group]);
  linked.delete(call.callId);
  return { ...call, linked: [...linked].sort() };
}

/** The same content again, such as from a pulled report: the first time that it was received is what happened. */
function earlier(known: CallEvent | undefined, told: CallEvent): CallEvent {
  if (known === undefined) return told;
  const order = (event: CallEvent): string => event.received_at + JSON.stringify(event);
  return order(known) <= order(told) ? known : told;
}

/** Equal times are settled by the content: the same in every order. */
function newer<Item>(known: Item | undefined, told: Item, time: (item: Item) => string): Item {
  if (known === undefined) return told;
  const order = (item: Item): string => time(item) + JSON.stringify(item);
  return order(known) >= order(told) ? known : told;
}

/** What follows from the call's events; null: none has arrived yet. */
export function factsOf({ events }: JournalCall): CallFacts | null {
  const inOrder = Object.entries(events).sort(([a, { received_at: at }], [b, { received_at: bt }]) =>
    at + a < bt + b ? -1 : 1,
  );
  return evolveAll(
    null,
    inOrder.map(([, event]) => event),
  );
}

/** Is a linked call told with this one? Not where the link is a foreign id (R15); what told no event of its own is. */
export function isToldWith(call: JournalCall, linked: JournalCall): boolean {
  const [own, other] = [factsOf(call), factsOf(linked)];
  if (own === null || other === null) return true;
  return isOneCall(own, linked.pbxCallId ?? '', other) || isOneCall(other, call.pbxCallId ?? '', own);
}

/** Where an effect stands: its newest revision, and of that the newest result; promised only: it waits. */
export function effectsOf(call: JournalCall): Map<EffectName, CrmResult | null> {
  const effects = new Map<EffectName, CrmResult | null>();
  for (const decision of Object.values(call.decisions)) {
    for (const { effect } of decision.effects) effects.set(effect, null);
  }
  for (const result of Object.values(call.results)) {
    const known = effects.get(result.effect) ?? undefined;
    effects.set(
      result.effect,
      newer(known, result, ({ revision, at, state }) => `${String(revision).padStart(9, '0')}${at}${finality[state]}`),
    );
  }
  return effects;
}

/** Of two results of the same millisecond the one that comes later in an effect's life counts. */
const finality: Readonly<Record<CrmResult['state'], number>> = {
  waiting: 0,
  sending: 1,
  in_doubt: 2,
  parked: 3,
  discarded: 4,
  skipped: 5,
  done: 6,
};

/** Where a call stands for the operator, and what the journal can be searched by. */
export const journalStates = ['in_progress', 'waiting', 'parked', 'done', 'ignored', 'joined', 'end_unknown'] as const;
export type JournalState = (typeof journalStates)[number];

/**
 * R4 ends every call within 24 hours of its last event, whatever comes or does not; an hour more is the engine's own. A
 * call of which nothing is told for longer has lost its decision on the way to us, or waits for an engine that stands.
 */
export const longestSilenceMs = 25 * 60 * 60 * 1_000;

const unsettled = new Set<CrmResult['state']>(['waiting', 'sending', 'in_doubt']);

/** @param now ISO 8601 UTC */
export function journalStateOf(call: JournalCall, now: string): JournalState {
  const state = stateByWhatWasTold(call);
  return state === 'in_progress' && now >= silentAt(call) ? 'end_unknown' : state;
}

/** From when on nobody knows any more whether the call goes on, if nothing else is told of it; ISO 8601 UTC. */
export function silentAt(call: JournalCall): string {
  const last = timesToldOf(call).at(-1);
  return last === undefined ? '' : new Date(Date.parse(last) + longestSilenceMs).toISOString();
}

function stateByWhatWasTold(call: JournalCall): JournalState {
  const effects = [...effectsOf(call).values()];
  if (effects.some((result) => result?.state === 'parked')) return 'parked';
  if (effects.some((result) => result === null || unsettled.has(result.state))) return 'waiting';
  if (effects.some((result) => result?.state === 'done')) return 'done';
  if (call.state !== null && !isPast(call.state, call)) return byCallState[call.state.state];
  if (Object.keys(call.decisions).length > 0) return 'ignored';
  // Known by other ids or by a question of the PBX only: its story is told with another call.
  return call.linked.length > 0 || Object.keys(call.events).length === 0 ? 'joined' : 'in_progress';
}

/**
 * Whether the call went on since: one that waits for nothing at its end is told by its decision alone (libs/calls,
 * shown-state.ts), so the last state it was said to be in may be that it rings or is talked on.
 */
function isPast({ state }: CallStateChange, { decisions }: JournalCall): boolean {
  return byCallState[state] === 'in_progress' && Object.values(decisions).some(isLast);
}

/** R11: a call during which the integration was switched off is ignored from then on, and no end of it is decided. */
function isLast({ moment, reasons }: CallDecision): boolean {
  return moment !== 'answer' || reasons.some(({ code }) => code === 'integration_inactive');
}

const byCallState: Readonly<Record<CallState, JournalState>> = {
  ringing: 'in_progress',
  talking: 'in_progress',
  awaiting_record: 'waiting',
  awaiting_recording: 'waiting',
  awaiting_report: 'waiting',
  awaiting_client: 'waiting',
  awaiting_portal: 'waiting',
  awaiting_settings: 'waiting',
  decided: 'ignored',
  ignored: 'ignored',
  joined: 'joined',
};

/** The decision that counts: the newest. */
export function lastDecisionOf(call: JournalCall): CallDecision | null {
  return Object.values(call.decisions).reduce<CallDecision | null>(
    (known, each) => newer(known ?? undefined, each, ({ decidedAt }) => decidedAt),
    null,
  );
}

/** When the call began, as well as it is known now; ISO 8601 UTC. */
export function startOf(call: JournalCall): string | null {
  const facts = factsOf(call);
  return facts === null ? (timesToldOf(call)[0] ?? null) : facts.startedAt;
}

/** When each thing was told of the call, by our own clocks; ISO 8601 UTC, in order. */
function timesToldOf(call: JournalCall): string[] {
  return [
    ...Object.values(call.events).map((each) => each.received_at),
    ...Object.values(call.decisions).map((each) => each.decidedAt),
    ...Object.values(call.results).map((each) => each.at),
    ...Object.values(call.routes).map((each) => each.askedAt),
    ...(call.state === null ? [] : [call.state.since]),
  ].sort();
}
