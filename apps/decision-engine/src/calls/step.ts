import { advance, evolveAll } from '@perezvon/calls';
import { callStates, type CallEvent, type Settings } from '@perezvon/contracts';
import type { OutboxRecord } from '@perezvon/postgres';
import type { LockedClients } from '../directory/client-directory.js';
import { isActiveFor, type AccountNow, type LaneOfPortal } from '../settings/account-settings.js';
import type { CallRow } from './call-row.js';
import { emittedBy, owed } from './emitted.js';

/** What the calls of one batch look at together. */
export interface Context {
  readonly accounts: ReadonlyMap<string, AccountNow>;
  readonly settingsOf: (row: CallRow) => Settings | undefined;
  readonly laneOf: (row: CallRow) => LaneOfPortal | null;
  readonly clients: LockedClients;
  readonly now: string;
}

export interface Stepped {
  readonly row: CallRow;
  readonly emitted: readonly OutboxRecord[];
}

export function merge(row: CallRow, events: readonly CallEvent[]): CallRow {
  return { ...row, facts: evolveAll(row.facts, events), lastEventId: events.at(-1)?.event_id ?? row.lastEventId };
}

/** One call's step: what its row becomes and what leaves with it. */
export function step(row: CallRow, context: Context): Stepped {
  const { facts } = row;
  const settings = context.settingsOf(row);
  if (!facts) return { row, emitted: [] };
  if (!settings) return waitForSettings({ ...row, phone: facts.client.e164, wakeAt: null }, context);

  const lane = context.laneOf(row);
  const phone = facts.client.e164;
  const client = lane !== null && phone !== null ? { lane: lane.lane, phone } : null;
  const lookup = lane && client && context.clients.lookUp(client, lane.mirror, row.callId);
  const advanced = advance({ callId: row.callId, pbxCallId: row.pbxCallId, settings }, facts, row.progress, {
    stillActive: isActiveFor(context.accounts.get(row.accountId), settings.version),
    lane: lane?.lane ?? null,
    client: lookup,
    now: context.now,
    causedByEventId: row.lastEventId,
  });
  if (client && advanced.promisesContact) context.clients.promiseContact(client, row.callId);
  return {
    row: {
      ...row,
      settingsVersion: settings.version,
      portalId: settings.integration.portalId,
      phone,
      ...waitingIn(advanced.progress.state, row, context.now),
      progress: advanced.progress,
      wakeAt: stillAhead(advanced.progress.wakeAt, context.now),
    },
    emitted: emittedBy(advanced),
  };
}

/** The account's settings have not reached us yet: the facts are kept, and the wait is seen. */
function waitForSettings(row: CallRow, { now }: Context): Stepped {
  const state = 'awaiting_settings';
  const { accountId, callId, pbxCallId, phone, facts } = row;
  const direction = facts?.direction ?? 'unknown';
  const address = { accountId, callId, pbxCallId, portalId: null, phone, direction };
  return {
    row: { ...row, ...waitingIn(state, row, now) },
    emitted: row.state === state ? [] : [owed(callStates, { ...address, state, since: now, until: null })],
  };
}

const waitingIn = (state: CallRow['state'], before: CallRow, now: string): Pick<CallRow, 'state' | 'waitingSince'> => ({
  state,
  waitingSince: !state.startsWith('awaiting_') ? null : state === before.state ? before.waitingSince : now,
});

/** A time that has come has had its effect: a call that still waits does so for something else than time. */
const stillAhead = (wakeAt: string | null, now: string) => (wakeAt !== null && wakeAt > now ? wakeAt : null);
