import type { BatchResult } from '@perezvon/amocrm';
import type { Turn } from '../lanes/turn-context.js';
import type { Made } from './made.js';
import { meaningOf } from './outcome.js';
import type { WriteItem } from './prepare.js';
import { raiseMarks, rememberClients } from './remember.js';
import { post } from './route.js';

/**
 * One request, exactly as property 2 wants it: intent committed → bytes leave → outcome committed. A process that dies in
 * between leaves rows in `sending`, which the lane's next holder takes for in doubt.
 *
 * @param onStaleCopy amoCRM refused an id of our copy of the portal
 * @throws LeaseLost before anything was sent; NoCredentials likewise (the intents are taken back)
 */
export async function writeGroup(
  { tools, requests, failures }: Turn,
  items: readonly WriteItem[],
  onStaleCopy: () => Promise<void>,
): Promise<BatchResult<Made>> {
  const { ledger, clock, at } = tools;
  await at('before_intent');
  const committed = await ledger.commitIntents(
    requests.lease.fence,
    items.flat().map(({ effect, sent }) => ({ effect, learnt: { sent } })),
    clock.now(),
  );
  // A row that moved on meanwhile (its portal was deleted) is not ours to send; a contact goes without its deal then.
  const ours = new Set(committed.map(({ seq }) => seq));
  const sending = items.filter((item) => item.every(({ effect }) => ours.has(effect.seq)));
  const halves = items.flat().filter(({ effect }) => ours.has(effect.seq) && !isIn(sending, effect.seq));
  await takeBack(halves.map(({ effect }) => effect.seq));
  if (sending.length === 0) return { kind: 'done', value: [] };
  await at('intent_committed');

  const result = await sendOrTakeBack();
  await at('answered');
  const portal = sending[0]?.[0].portal;
  if (portal !== undefined) await failures.written(portal, result);
  const now = clock.now();
  const { ends, copyIsStale } = meaningOf(sending, result, now, failures.retryAt());
  // Before the write waits again: it must not be resolved by the old copy once more.
  if (copyIsStale) await onStaleCopy();
  const made = ends.map((end) => end.made);
  await ledger.record(
    ends.map(({ effect, happened, learnt }) => ({ seq: effect.seq, happened, learnt })),
    now,
    (tx, outbox) => rememberClients(tools, tx, outbox, sending, made),
  );
  await raiseMarks(tools.highWater, sending.flat(), made);
  for (const { effect, made: one } of ends) {
    if (one !== null) tools.onWritten(effect.command.effect, now - Date.parse(effect.command.causedAt));
  }
  await at('outcome_recorded');
  return result;

  /** The client throws only before anything has left (no credentials, a request that could not be built). */
  async function sendOrTakeBack(): Promise<BatchResult<Made>> {
    const [first] = sending;
    if (first === undefined) throw new Error('a request needs at least one item');
    try {
      return await requests.send(first[0].portal, (client, options) => post(client, sending, options));
    } catch (error) {
      await takeBack(sending.flat().map(({ effect }) => effect.seq));
      throw error;
    }
  }

  async function takeBack(seqs: readonly string[]): Promise<void> {
    const now = clock.now();
    await ledger.record(
      seqs.map((seq) => ({ seq, happened: () => ({ what: 'not_applied', notBefore: now, reason: 'not_sent' }) })),
      now,
    );
  }
}

const isIn = (items: readonly WriteItem[], seq: string): boolean =>
  items.some((item) => item.some(({ effect }) => effect.seq === seq));
