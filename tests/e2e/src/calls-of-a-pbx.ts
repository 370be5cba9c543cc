import { createHash, createHmac } from 'node:crypto';
import type { StackUnderTest } from './stack-under-test.js';

/** How one call went, as far as the settings can ask for it. */
export interface Call {
  readonly direction: 'in' | 'out';
  readonly outcome: 'answered' | 'missed';
  /** As the PBX sends it; null = hidden. */
  readonly phone: string | null;
  /** Who talked, one after the other; absent for an answered call: Петрова alone. */
  readonly talked?: readonly Employee[];
  /** The link of the recording, sent after the end. */
  readonly recordUrl?: string;
}

export interface Employee {
  readonly pbx_id: string;
  readonly ext: string;
  readonly name: string;
}

export const petrova: Employee = { pbx_id: '40017', ext: '102', name: 'Петрова Анна' };
export const ivanov: Employee = { pbx_id: '40016', ext: '101', name: 'Иванов Пётр' };

/** The company's own number, on which all clients call and from which they are called. */
export const VIRTUAL_NUMBER = '+74951112233';

/** Seconds from a call's start to its answer, to the second talk, and to its end. */
export const ANSWERED_AFTER_SEC = 5;
const TRANSFERRED_AFTER_SEC = 20;
export const ENDED_AFTER_SEC = 47;

/** A PBX that tells of its calls at the signed HTTP door of call-ingest, and asks there whom to connect a caller to. */
export class PbxOfAnAccount {
  constructor(
    private readonly stack: StackUnderTest,
    private readonly accountId: string,
    /** Of the account's canonical source. */
    private readonly source: { readonly id: string; readonly secret: string },
  ) {}

  /** Sends calls that began at `startedAt`, in one delivery. */
  async tell(calls: readonly (Call & { readonly callId: string })[], startedAt: Date): Promise<void> {
    const body = JSON.stringify(calls.flatMap((call) => eventsOf(call, this.accountId, startedAt)));
    const timestamp = String(Math.floor(Date.now() / 1000));
    const key = createHash('sha256').update(this.source.secret).digest('hex');
    const signature = createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex');
    const answer = await fetch(`${this.stack.url('callIngest')}/v1/pbx/${this.source.id}/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-timestamp': timestamp, 'x-signature': `sha256=${signature}` },
      body,
    });
    const told = await answer.text();
    if (!answer.ok || !told.includes('"rejected":[]')) {
      throw new Error(`call-ingest answers ${String(answer.status)}: ${told}`);
    }
  }

  /** "Who should take this call?" (reference/pbx-events.md §4.10). */
  async askRoute(callId: string, phone: string): Promise<unknown> {
    const answer = await fetch(`${this.stack.url('decisionEngine')}/v1/route`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'authorization': `Bearer ${this.source.secret}` },
      body: JSON.stringify({
        account_id: this.accountId,
        source: 'canonical',
        call_id: callId,
        client_phone: phone,
        virtual_number: VIRTUAL_NUMBER,
      }),
    });
    if (!answer.ok) throw new Error(`decision-engine answers ${String(answer.status)}: ${await answer.text()}`);
    return answer.json();
  }
}

function eventsOf(call: Call & { readonly callId: string }, accountId: string, startedAt: Date): object[] {
  const { direction, outcome, phone, talked = [petrova], recordUrl } = call;
  const common = {
    schema_version: 1,
    account_id: accountId,
    source: 'canonical',
    call_id: call.callId,
    direction,
    client: { raw: phone },
    virtual_number: { raw: VIRTUAL_NUMBER },
  };
  const at = (second: number): string => new Date(startedAt.getTime() + second * 1000).toISOString();
  const isAnswered = outcome === 'answered';
  const answers = isAnswered
    ? talked.map((employee, index) => ({
        ...common,
        type: 'leg.answered',
        occurred_at: at(index === 0 ? ANSWERED_AFTER_SEC : TRANSFERRED_AFTER_SEC),
        employee,
      }))
    : [];
  const ended = {
    ...common,
    type: 'call.ended',
    occurred_at: at(ENDED_AFTER_SEC),
    outcome: isAnswered ? 'answered' : direction === 'in' ? 'missed' : 'not_reached',
    ...(isAnswered && { employee: talked.at(-1) }),
    // Who calls out is known though nobody picks up.
    ...(!isAnswered && direction === 'out' && { employee: petrova }),
    wait_sec: isAnswered ? ANSWERED_AFTER_SEC : ENDED_AFTER_SEC,
    talk_sec: isAnswered ? ENDED_AFTER_SEC - ANSWERED_AFTER_SEC : 0,
    total_sec: ENDED_AFTER_SEC,
  };
  const record = { ...common, type: 'call.record_ready', occurred_at: at(ENDED_AFTER_SEC), record: { url: recordUrl } };
  return [
    { ...common, type: 'call.started', occurred_at: at(0) },
    ...answers,
    ended,
    ...(recordUrl === undefined ? [] : [record]),
  ];
}
