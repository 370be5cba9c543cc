import type { BatchResult } from '@perezvon/amocrm';
import type { EffectRow } from '../ledger/effect-row.js';
import type { LaneRequests } from '../lanes/lane-requests.js';
import type { PortalRow } from '../portals/portal.js';
import type { Made } from './made.js';
import type { WriteItem } from './prepare.js';

/** When a creation that the tariff refused is tried again. */
export const limitProbeMs = 60 * 60 * 1000;

const creations = new Set<string>(['contact', 'deal', 'unsorted']);

/** Contacts, deals and unsorted records take room in the tariff; notes and tasks do not. */
export const isCreation = ({ command }: EffectRow): boolean => creations.has(command.effect);

/**
 * amoCRM refuses a creation beyond the tariff's limit with a 403, as it refuses a token without the right (the body is not
 * documented, amocrm-api.md §11). The two are told apart by what only an administrator may read (R1): who may read the users
 * may create cards, so it is the limit.
 */
export async function isTariffLimit(
  requests: LaneRequests,
  portal: PortalRow,
  items: readonly WriteItem[],
  result: BatchResult<Made>,
): Promise<boolean> {
  if (result.kind !== 'stop_portal' || result.reason !== 'forbidden') return false;
  if (!items.flat().every(({ effect }) => isCreation(effect))) return false;
  const users = await requests.send(portal, (client, options) => client.users(options));
  return users.kind === 'done';
}
