import type { Turn } from '../lanes/turn-context.js';
import { mirroredClient } from '../mirror/mirrored-clients.js';
import { seesAllCards, type ReadablePortal } from '../portals/portal.js';
import { readClients, type ClientAsked, type ClientFound } from './read-client.js';
import { withUnlistedCards } from './unlisted-cards.js';

/** Fewer clients than this are asked for one by one, which is exact; more are told from the copy (design.md, The mirror). */
const manyClients = 5;

/**
 * Who has these phones now. Of a handful amoCRM's search is asked; for more, one increment of the lane's copy answers
 * nearly all of them, and only those of whom the copy cannot say are asked for.
 * @throws ReadFailure that concerns more than one client
 */
export async function currentClients(
  { tools: { mirror, follow }, requests }: Turn,
  portal: ReadablePortal,
  asked: readonly ClientAsked[],
): Promise<ClientFound[]> {
  const { directory } = portal;
  // Others' cards are hidden from who is no administrator: a copy made with his token would lack them.
  const mayCopy = asked.length >= manyClients && seesAllCards(portal);
  if (!mayCopy || !(await follow.upToDate(requests, portal, asked.length))) {
    return readClients(requests, portal, directory, asked);
  }
  const { lane } = requests.lease;
  const copied = await mirror.cards(
    lane,
    asked.map(({ phone }) => phone),
    asked.flatMap(({ own, ofCall }) => (ofCall === null ? own : [...own, ofCall])),
  );
  const listed = await withUnlistedCards(requests, portal, asked, copied);
  const leads = new Map((await mirror.leadsOf(lane, listed.cards)).map((lead) => [lead.id, lead]));
  const mirrored = listed.asked.map((one) => mirroredClient(one, listed.cards, leads, directory));
  const unclear = asked.filter((_, index) => mirrored[index] === null);
  const read = unclear.length === 0 ? [] : await readClients(requests, portal, directory, unclear);
  const answers = new Map(unclear.map((one, index) => [one, read[index] ?? []]));
  return asked.map((one, index) => mirrored[index] ?? answers.get(one) ?? []);
}
