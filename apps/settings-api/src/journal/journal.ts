import { NotFoundException } from '@nestjs/common';
import {
  type CallDirection,
  type CallOutcome,
  type CellName,
  type CrmResult,
  type EffectName,
} from '@perezvon/contracts';
import { talkersOf } from '@perezvon/calls';
import { type Localized } from '@perezvon/service';
import { type DataSource } from 'typeorm';
import { type AccountChanges } from '../accounts/account-changes.js';
import { Documents } from '../accounts/documents.js';
import { type List } from '../http/list.js';
import { type NameOf, namesFrom } from './employee-names.js';
import {
  effectsOf,
  factsOf,
  isToldWith,
  type JournalCall,
  type JournalState,
  journalStateOf,
  lastDecisionOf,
} from './journal-call.js';
import { storyOf, type StoryLine } from './story.js';

export interface CallLine {
  readonly callId: string;
  readonly pbxCallId: string;
  readonly startedAt: Date;
  readonly direction: CallDirection;
  readonly phone: string | null;
  readonly virtualNumber: string | null;
  readonly outcome: CallOutcome | null;
  readonly talkSec: number | null;
  /** Who talked with the client first. */
  readonly employee: string | null;
  readonly cell: CellName | null;
  readonly state: JournalState;
  readonly effects: readonly { effect: EffectName; state: CrmResult['state']; reason: string | null }[];
}

export interface CallStory extends CallLine {
  readonly recordUrls: readonly string[];
  readonly settingsVersion: number | null;
  readonly lines: readonly StoryLine[];
}

export interface CallSearch {
  readonly from: string | null;
  readonly to: string | null;
  readonly phone: string | null;
  readonly direction: CallDirection | null;
  readonly outcome: CallOutcome | null;
  readonly state: JournalState | null;
}

interface Row {
  call_id: string;
  pbx_call_id: string;
  started_at: Date;
  direction: CallDirection;
  phone: string | null;
  outcome: CallOutcome | null;
  state: JournalState;
  body: JournalCall;
}

const columnsOfRow = 'call_id, pbx_call_id, started_at, direction, phone, outcome, state, body';

export class Journal {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: AccountChanges,
  ) {}

  /**
   * Newest first. Other ids of the same call are left out unless they are asked for by `state: joined`.
   *
   * Reads along one of the indexes by (account, …, time): each narrows to one partition and gives the page in order.
   *
   * @param cursor of the page before; a malformed one begins anew
   */
  async search(accountId: string, search: CallSearch, limit: number, cursor: string): Promise<List<CallLine>> {
    await this.changes.requireAccount(accountId);
    const after = readCursor(cursor);
    const conditions = ['account_id = $1'];
    const values: unknown[] = [accountId];
    const where = (condition: (place: string) => string, value: unknown): void => {
      if (value === null) return;
      values.push(value);
      conditions.push(condition(`$${values.length}`));
    };
    where((place) => `started_at >= ${place}`, search.from);
    where((place) => `started_at < ${place}`, search.to);
    where((place) => `phone = ${place}`, search.phone);
    where((place) => `direction = ${place}`, search.direction);
    where((place) => `outcome = ${place}`, search.outcome);
    if (search.state === null) conditions.push(`state <> 'joined'`);
    else where((place) => `state = ${place}`, search.state);
    if (after !== null) {
      values.push(after.startedAt, after.callId);
      conditions.push(`(started_at, call_id) < ($${values.length - 1}::timestamptz, $${values.length}::uuid)`);
    }
    values.push(limit + 1);
    const rows: Row[] = await this.dataSource.query(
      `select ${columnsOfRow} from journal_calls where ${conditions.join(' and ')}
        order by started_at desc, call_id desc limit $${values.length}`,
      values,
    );
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const nameOf = await this.employeeNames(accountId);
    return {
      items: page.map((row) => callLine(row, nameOf)),
      nextCursor: rows.length > limit && last !== undefined ? cursorAt(last) : null,
    };
  }

  /** @throws NotFoundException when the account has no such call */
  async story(accountId: string, callId: string): Promise<CallStory> {
    const [row] = await this.rows(accountId, [callId]);
    if (row === undefined) throw new NotFoundException();
    const others = await this.rows(accountId, row.body.linked);
    const portals: { portal_id: string; url: string }[] = await this.dataSource.query(
      'select portal_id, url from portals where account_id = $1 and deleted_at is null',
      [accountId],
    );
    const urls = new Map(portals.map((portal) => [portal.portal_id, portal.url]));
    const nameOf = await this.employeeNames(accountId);
    const calls = [row.body, ...others.map((other) => other.body).filter((other) => isToldWith(row.body, other))];
    return {
      ...callLine(row, nameOf),
      recordUrls: calls.flatMap((call) => (factsOf(call)?.recordings ?? []).map(({ url }) => url)),
      settingsVersion: lastDecisionOf(row.body)?.settingsVersion ?? null,
      lines: storyOf(calls, urls, nameOf, new Date().toISOString()),
    };
  }

  /** The newest calls that have ended, for a dry run. */
  async lastCalls(accountId: string, count: number): Promise<JournalCall[]> {
    const rows: { body: JournalCall }[] = await this.dataSource.query(
      `select body from journal_calls where account_id = $1 and state not in ('joined', 'in_progress', 'end_unknown')
        order by started_at desc, call_id desc limit $2`,
      [accountId, count],
    );
    return rows.map(({ body }) => body);
  }

  private async employeeNames(accountId: string): Promise<NameOf> {
    const { body } = await new Documents(this.dataSource, accountId).employees();
    return namesFrom(body);
  }

  private async rows(accountId: string, callIds: readonly string[]): Promise<Row[]> {
    if (callIds.length === 0) return [];
    return this.dataSource.query(
      `select ${columnsOfRow} from journal_calls where account_id = $1 and call_id = any($2::uuid[])`,
      [accountId, callIds],
    );
  }
}

function callLine(
  { call_id, pbx_call_id, started_at, direction, phone, outcome, body }: Row,
  nameOf: NameOf,
): CallLine {
  const facts = factsOf(body);
  const talker = (facts && talkersOf(facts).at(0)) ?? facts?.ended?.employee ?? null;
  return {
    callId: call_id,
    pbxCallId: pbx_call_id,
    startedAt: started_at,
    direction,
    phone,
    virtualNumber: facts?.virtualNumber ?? null,
    outcome,
    talkSec: facts?.ended?.talkSec ?? null,
    employee: nameOf(talker),
    cell: lastDecisionOf(body)?.cell ?? null,
    state: journalStateOf(body, new Date().toISOString()),
    effects: [...effectsOf(body)].map(([effect, result]) => ({
      effect,
      state: result?.state ?? 'waiting',
      reason: result?.reason ?? null,
    })),
  };
}

/** Localised as the caller reads it. */
export function localised(story: CallStory, language: keyof Localized): Omit<CallStory, 'lines'> & { lines: object[] } {
  const lines = story.lines.map(({ text, links, ...line }) => ({
    ...line,
    text: text[language],
    links: links.map((link) => ({ text: link.text[language], url: link.url })),
  }));
  return { ...story, lines };
}

function cursorAt({ started_at, call_id }: Row): string {
  return Buffer.from(`${started_at.toISOString()} ${call_id}`).toString('base64url');
}

const cursorForm = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

function readCursor(cursor: string): { startedAt: string; callId: string } | null {
  const [, startedAt, callId] = cursorForm.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  return startedAt === undefined || callId === undefined ? null : { startedAt, callId };
}
