import { existsSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { constants, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { ACCOUNT } from '../ingest/input.js';
import { CLIENTS, numberOf } from './directory.js';
import { type Asked, NOT_ANSWERED_MS, QUESTIONS_PER_SECOND, type Round } from './round.js';

/**
 * The PBX that asks, as a process of its own: its event loop does nothing else. Questions leave at fixed times whether
 * earlier ones were answered or not, and are timed from when they should have left: a late one is late for its caller.
 */
const url = new URL('/v1/route', process.env['ENGINE_URL']);
const headers = {
  'content-type': 'application/json',
  'authorization': `Bearer ${process.env['INTERNAL_API_KEY'] ?? ''}`,
};
const SESSION_PRIORITY = '/proc/self/autogroup';
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
let calls = 0;
preferMe();

process.on('message', ({ seconds }: Round) => {
  void askFor(seconds).then((asked) => process.send?.(asked));
});

async function askFor(seconds: number): Promise<Asked> {
  const startedMs = performance.now();
  const answers: Promise<number>[] = [];
  const lateMs: number[] = [];
  for (let n = 0; n < seconds * QUESTIONS_PER_SECOND; n += 1) {
    const dueMs = startedMs + (n * 1000) / QUESTIONS_PER_SECOND;
    const early = dueMs - performance.now();
    if (early > 1) await sleep(early);
    lateMs.push(performance.now() - dueMs);
    answers.push(isAnswered().then((found) => (found ? performance.now() - dueMs : NOT_ANSWERED_MS)));
  }
  return { takenMs: await Promise.all(answers), lateMs };
}

/** True when the manager was named. */
function isAnswered(): Promise<boolean> {
  calls += 1;
  return ask(
    JSON.stringify({
      account_id: ACCOUNT,
      source: 'uis',
      call_id: `route-${String(calls)}`,
      client_phone: numberOf((calls * 7919) % CLIENTS),
    }),
  );
}

function ask(body: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve(Buffer.concat(chunks).toString().includes('"decision":"connect"'));
      });
    });
    sent.on('error', (error) => {
      // The service may close a connection that was idle in the moment in which it is used again.
      if (sent.reusedSocket) resolve(ask(body));
      else reject(error);
    });
    sent.end(body);
  });
}

/** A PBX is another machine, which does not queue for the processors of this one: where we may, we say so. */
function preferMe(): void {
  try {
    setPriority(constants.priority.PRIORITY_HIGHEST);
    // Among the sessions of Linux it is the session's own priority that counts.
    if (existsSync(SESSION_PRIORITY)) writeFileSync(SESSION_PRIORITY, String(constants.priority.PRIORITY_HIGHEST));
  } catch {
    process.stdout.write('the asking process has no precedence here: its own waits count as ours\n');
  }
}
