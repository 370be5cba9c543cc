import type { Turn } from '../lanes/turn-context.js';
import { copyIsOldMs, type ReadablePortal } from '../portals/portal.js';
import type { Lookup } from './client-store.js';
import { cardForClients, readClient } from './read-client.js';

/** A lookup of the engine → amoCRM → crm.clients.v1. What cannot be asked now is asked later. */
export async function answerQuestion(
  { tools, requests, failures }: Turn,
  portal: ReadablePortal,
  question: Lookup,
): Promise<void> {
  const { clients, ledger, clock } = tools;
  const { lane } = requests.lease;
  const { phone } = question;
  const asOf = clock.now();
  const own = await clients.ownCards(lane, phone);
  const put = await failures.settling(portal, async () => {
    const cards = await readClient(requests, portal, portal.directory, phone, own);
    await ledger.inTransaction(async (tx, outbox) => {
      await clients.publish(tx, outbox, [{ lane, phone, cards: cards.map(cardForClients), asOf, origin: 'lookup' }]);
      await clients.answered(tx, lane, question);
    });
  });
  if (put !== null) {
    const afterMs = put.isFinal ? copyIsOldMs : Math.max(0, put.until - clock.now());
    await clients.askLater(lane, phone, afterMs);
  }
}
