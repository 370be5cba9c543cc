import type { Turn } from '../lanes/turn-context.js';
import type { PortalRow } from './portal.js';
import { readDirectory } from './read-directory.js';

/**
 * Reads a portal of a lane anew and publishes it; for a stopped one this is the probe, whose first answer says whether the
 * stop still holds.
 * @param originOf canonical, of a portal's client
 */
export async function checkPortal(
  { tools, requests, failures }: Turn,
  portal: PortalRow,
  originOf: (portal: PortalRow) => string,
): Promise<void> {
  const { portals, clock, log } = tools;
  const names = { accountId: portal.accountId, portalId: portal.portalId, lane: portal.lane };
  const put = await failures.settling(portal, async () => {
    const asked = portal.stop === null ? requests : requests.asProbe();
    const read = await readDirectory(asked, portal, originOf(portal));
    if (read.kind === 'another_account') {
      log.warn(names, 'portal leads to another amoCRM account than its lane');
      await portals.stop(portal, { reason: 'not_found', cause: 'another_account' }, clock.now());
      return;
    }
    if (portal.stop !== null) requests.readmit(portal);
    await portals.saveDirectory(portal, read.directory, clock.now());
    log.info(names, 'portal read');
  });
  // The account itself may not be read, and will not be tomorrow: somebody has to see to it.
  if (put?.isFinal === true) {
    const reason = put.reason === 'forbidden' ? 'no_rights' : 'not_found';
    await portals.stop(portal, { reason }, clock.now());
  }
}
