import { join, joinCalls, type CallInProgress } from '@perezvon/calls';
import { callStates, commands, decisions, type CallStateChange } from '@perezvon/contracts';
import type { OutboxRecord } from '@perezvon/postgres';
import type { CallRow } from './call-row.js';
import { owed } from './emitted.js';
import type { Context } from './step.js';

export interface JoinedRows {
  /** The older call with all facts; to be advanced next. */
  readonly row: CallRow;
  /** The younger ones, ended for ever. */
  readonly ended: readonly CallRow[];
  readonly emitted: readonly OutboxRecord[];
}

/** R15 over rows: what was known under several ids becomes the oldest one's. */
export function joinYounger(row: CallRow, younger: readonly CallRow[], context: Context): JoinedRows {
  return younger.reduce<JoinedRows>(
    (sum, each) => {
      const next = joinTwo(sum.row, each, context);
      return { row: next.row, ended: [...sum.ended, ...next.ended], emitted: [...sum.emitted, ...next.emitted] };
    },
    { row, ended: [], emitted: [] },
  );
}

function joinTwo(older: CallRow, younger: CallRow, context: Context): JoinedRows {
  const lastEventId = older.lastEventId;
  const [a, b] = [inProgress(older, context), inProgress(younger, context)];
  const shown = owed(callStates, joinedState(older, younger, context.now));
  if (!a || !b) {
    // Without settings, or without facts of its own, neither has been promised anything: facts are all there is to join.
    const facts = older.facts && younger.facts ? join(older.facts, younger.facts) : (older.facts ?? younger.facts);
    const over = { ...younger.progress, state: 'joined', wakeAt: null } as const;
    return { row: { ...older, facts }, ended: [endedRow(younger, over)], emitted: [shown] };
  }
  const lane = context.laneOf(younger)?.lane ?? null;
  const joined = joinCalls(a, b, { lane, now: context.now, causedByEventId: lastEventId });
  return {
    row: { ...older, ...joined.older },
    ended: [endedRow(younger, joined.younger)],
    emitted: [owed(decisions, joined.decision), shown, ...(joined.cancel ? [owed(commands, joined.cancel)] : [])],
  };
}

function inProgress(row: CallRow, context: Context): CallInProgress | null {
  const settings = context.settingsOf(row);
  const { callId, pbxCallId, facts, progress } = row;
  return settings && facts ? { identity: { callId, pbxCallId, settings }, facts, progress } : null;
}

const endedRow = (row: CallRow, progress: CallRow['progress']): CallRow => ({
  ...row,
  progress,
  state: 'joined',
  wakeAt: null,
  waitingSince: null,
});

const joinedState = (older: CallRow, younger: CallRow, now: string): CallStateChange => ({
  accountId: younger.accountId,
  callId: younger.callId,
  pbxCallId: younger.pbxCallId,
  portalId: younger.portalId,
  phone: younger.facts?.client.e164 ?? null,
  direction: younger.facts?.direction ?? 'unknown',
  state: 'joined',
  since: now,
  until: null,
  joinedTo: older.callId,
});

/** Younger → older. */
export const aliasesMovedBy = (joined: readonly JoinedRows[]): ReadonlyMap<string, string> =>
  new Map(joined.flatMap(({ row, ended }) => ended.map((younger) => [younger.callId, row.callId] as const)));
