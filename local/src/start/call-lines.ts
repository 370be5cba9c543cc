import { setTimeout as sleep } from 'node:timers/promises';
import { type SettingsApiClient } from './settings-api-client.js';

const POLL_MS = 1_000;
/** The newest so many calls are looked at; the simulator plays far fewer in a second. */
const LOOKED_AT = 200;

/** What the journal says of one call, as far as a line shows it. */
export interface JournalCall {
  readonly callId: string;
  readonly startedAt: string;
  readonly direction: string;
  readonly phone: string | null;
  readonly outcome: string | null;
  readonly talkSec: number | null;
  readonly cell: string | null;
  readonly state: string;
  readonly effects: readonly { readonly effect: string; readonly state: string }[];
}

/** One line per call once it is known what became of it, until the signal: also where nothing was to be written. */
export async function followCalls(
  api: Pick<SettingsApiClient, 'call'>,
  accountId: string,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  let seen = new Set((await settledCalls(api, accountId)).map((call) => call.callId));
  while (!signal.aborted) {
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined); // woken by the signal
    const calls = await settledCalls(api, accountId);
    for (const call of calls.toReversed()) if (!seen.has(call.callId)) print(callLine(call));
    // A call that fell out of the newest ones does not come back.
    if (calls.length > 0) seen = new Set(calls.map((call) => call.callId));
  }
}

/** Newest first. None while the settings API restarts: what it has then is looked at the next time. */
async function settledCalls(api: Pick<SettingsApiClient, 'call'>, accountId: string): Promise<JournalCall[]> {
  const answer = await api
    .call('GET', `/accounts/${accountId}/calls?limit=${String(LOOKED_AT)}`)
    .catch(() => undefined);
  const items: unknown =
    typeof answer?.body === 'object' && answer.body !== null ? Reflect.get(answer.body, 'items') : undefined;
  return Array.isArray(items) ? items.filter(isJournalCall).filter(isSettled) : [];
}

function isJournalCall(value: unknown): value is JournalCall {
  return typeof value === 'object' && value !== null && 'callId' in value && 'effects' in value && 'state' in value;
}

const isSettled = ({ state }: JournalCall): boolean => ['done', 'ignored', 'parked'].includes(state);

/** Such as `23:01:05  in  +79161000101 answered, 41 s: answeredUnknown → contact, deal, note`. */
export function callLine(call: JournalCall): string {
  const time = new Date(call.startedAt).toLocaleTimeString('ru-RU');
  const talk = call.talkSec === null || call.talkSec === 0 ? '' : `, ${String(call.talkSec)} s`;
  const cell = call.cell === null ? '' : `${call.cell} → `;
  const effects = call.effects.map(({ effect, state }) => (state === 'done' ? effect : `${effect} (${state})`));
  const became = effects.length === 0 ? `nothing (${call.state})` : effects.join(', ');
  return `${time}  ${call.direction.padEnd(8)} ${call.phone ?? 'no number'} ${call.outcome ?? ''}${talk}: ${cell}${became}`;
}
