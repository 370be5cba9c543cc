import { setTimeout as sleep } from 'node:timers/promises';
import { type Arena } from '../rig/arena.js';
import { type Tenant } from '../rig/tenant.js';
import { until } from '../rig/until.js';
import { type Act, besideTheWork } from './beside-the-work.js';
import { type Fault, isOver, type Session } from './fault.js';

/** Accounts that amoCRM shuts: blocked, unpaid, with a dead token, or closed to our address. */

interface Shutter {
  shut(arena: Arena, tenant: Tenant): void;
  open(arena: Arena, tenant: Tenant): Promise<void> | void;
}

const HOUR_MS = 3_600_000;
const DAY_SEC = 86_400;
/** The blocked account's first probe (design.md property 3). */
const FIRST_PROBE_MS = 15 * 60_000;
/** Long enough for a writer that would go on asking to be seen doing it. */
const LISTEN_MS = 1_500;

const TENANTS = 30;
const MOST = 0.7;

const portalOf = (arena: Arena, tenant: Tenant) => arena.emulator.control.portal(tenant.portal.id);

/** Shuts most of the accounts at once, hears that nothing is sent to them, and lets them in again. */
function shutAndOpen(shutter: Shutter, probesInBetween: boolean) {
  return async (arena: Arena, session: Session): Promise<Act> => {
    let injections = 0;
    while (!isOver(session, injections)) {
      const chosen = arena.tenants.filter(() => arena.dice.roll() < MOST);
      for (const tenant of chosen) shutter.shut(arena, tenant);
      await until('the writers know', async () => {
        await arena.ledger.hurry();
        const stopped = new Set((await arena.ledger.stops()).map(({ portal_id }) => portal_id));
        return chosen.every(({ portalId }) => stopped.has(portalId));
      });
      await sleep(LISTEN_MS);
      if (probesInBetween) {
        // A probe that finds the block still there; the next one may come after twice as long.
        arena.clock.skip(FIRST_PROBE_MS);
        await arena.ledger.probesAreDue();
        await sleep(LISTEN_MS);
        arena.clock.skip(2 * FIRST_PROBE_MS);
      } else arena.clock.skip(HOUR_MS);
      for (const tenant of chosen) await shutter.open(arena, tenant);
      await until('the probes have found the accounts open', async () => {
        await arena.ledger.probesAreDue();
        await sleep(LISTEN_MS);
        return (await arena.ledger.stops()).length === 0;
      });
      injections += chosen.length;
    }
    return { injections };
  };
}

const blocked: Shutter = {
  shut: (arena, tenant) => portalOf(arena, tenant).limiter.block(),
  open: (arena, tenant) => portalOf(arena, tenant).limiter.unblock(),
};

/** In the 30 days after its end amoCRM refuses writes alone: every other account is in them. */
const unpaid: Shutter = {
  shut: (arena, tenant) => {
    const longAgo = arena.dice.roll() < 0.5;
    portalOf(arena, tenant).settings.subscriptionEndedAt = longAgo ? 1 : arena.clock.nowMs() / 1000 - DAY_SEC;
  },
  open: (arena, tenant) => {
    portalOf(arena, tenant).settings.subscriptionEndedAt = null;
  },
};

const addressRefused: Shutter = {
  shut: (arena, tenant) => {
    portalOf(arena, tenant).settings.ipAllowed = false;
  },
  open: (arena, tenant) => {
    portalOf(arena, tenant).settings.ipAllowed = true;
  },
};

const revoked: Shutter = {
  shut: (arena, tenant) => {
    const { tokens } = portalOf(arena, tenant);
    for (const id of tokens.ids()) tokens.revoke(id);
  },
  // An administrator gives the integration its token anew: the old secret works again.
  open: async (arena, tenant) => {
    const grant = { id: 'token-1', integrationId: 'integration-1', userId: tenant.crmId(101) };
    portalOf(arena, tenant).addToken({ ...grant, secret: arena.token });
    await arena.sendSettings(tenant);
  },
};

const stop = (id: string, title: string, shutter: Shutter, probesInBetween = false): Fault =>
  besideTheWork({ id, title, goal: 100, arena: { tenants: TENANTS }, act: shutAndOpen(shutter, probesInBetween) });

export const stopFaults: readonly Fault[] = [
  stop('F7-403', '403: the account is blocked for an hour', blocked, true),
  stop('F7-402', '402: the subscription has ended, a day or years ago', unpaid),
  stop('F7-401', '401: the token is revoked and given anew', revoked),
  stop('F7-ip', '403: our address is not allowed', addressRefused),
];
