import { ReadFailure } from '../lanes/lane-requests.js';
import type { Turn } from '../lanes/turn-context.js';
import { copyIsOldMs, type ReadablePortal } from '../portals/portal.js';
import type { KnownClient, Lookup } from './client-store.js';
import { currentClients } from './current-clients.js';
import { cardForClients } from './read-client.js';

/** Lookups of the engine → amoCRM → crm.clients.v1, those that wait together. What cannot be asked now is asked later. */
export async function answerQuestions(turn: Turn, portal: ReadablePortal, questions: readonly Lookup[]): Promise<void> {
  const { clients, ledger, clock } = turn.tools;
  const { lane } = turn.requests.lease;
  const asOf = clock.now();
  const own = await clients.ownCardsOf(
    lane,
    questions.map(({ phone }) => phone),
  );
  const asked = questions.map(({ phone }) => ({ phone, own: own.get(phone) ?? [], ofCall: null, isDoubted: false }));
  const put = await turn.failures.settling(portal, async () => {
    const found = await currentClients(turn, portal, asked);
    const known: KnownClient[] = [];
    const answered: Lookup[] = [];
    for (const [index, question] of questions.entries()) {
      const cards = found[index] ?? [];
      if (cards instanceof ReadFailure) {
        await clients.askLater(lane, question.phone, copyIsOldMs);
        continue;
      }
      known.push({ lane, phone: question.phone, cards: cards.map(cardForClients), asOf, origin: 'lookup' });
      answered.push(question);
    }
    await ledger.remember(async (memory) => {
      await memory.publish(known);
      for (const question of answered) await memory.answered(lane, question);
    });
  });
  if (put === null) return;
  const afterMs = put.isFinal ? copyIsOldMs : Math.max(0, put.until - clock.now());
  for (const { phone } of questions) await clients.askLater(lane, phone, afterMs);
}
