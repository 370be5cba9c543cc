import { setTimeout as sleep } from 'node:timers/promises';
import { readConsent, Secret, TokenEndpoint } from '@perezvon/amocrm';
import { type Arena } from '../rig/arena.js';
import { integration } from '../rig/integration.js';
import { type Tenant } from '../rig/tenant.js';
import { type Act, besideTheWork } from './beside-the-work.js';
import { type Fault, isOver, type Session } from './fault.js';

/** Faults of OAuth: access tokens that die under two writers at once, refreshes whose answer is lost. */

/** The administrator's consent in the browser, and the pair that it is worth, stored. */
async function authorise(arena: Arena, tenant: Tenant): Promise<void> {
  const { clientId, clientSecret } = integration;
  const origins = arena.emulator.portals.map(({ url }) => url);
  const decision = `decision=allow&portal=${tenant.portal.id}&user=${String(tenant.crmId(101))}&client_id=${clientId}&state=s`;
  const reply = await fetch(`${tenant.portal.url}/oauth?${decision}`, { redirect: 'manual' });
  const consent = readConsent(new URL(reply.headers.get('location') ?? '').searchParams, origins);
  if (consent.kind !== 'granted') throw new Error(`the consent page: ${consent.kind}`);
  const endpoint = new TokenEndpoint({
    integration: { ...integration, clientSecret: new Secret(clientSecret) },
    extraOrigins: origins,
  });
  const granted = await endpoint.exchangeCode(consent.origin, consent.code);
  // The fault meant for a writer has struck us: whoever is still stopped is asked for consent once more.
  if (granted.kind !== 'done') return;
  await arena.credentials.putOauthPair(tenant.portalId, tenant.accountId, granted.value);
}

/** Longer than a refresh is on its way here: what is claimed since has lost its answer or its writer. */
const LOST_AFTER_SEC = 3;

/** Lets the minute pass that a refresh without an answer holds its claim. */
async function claimsRunOut(arena: Arena): Promise<void> {
  await arena.ledger.ask(`
    update credentials.portal_tokens set refresh_started_at = refresh_started_at - interval '1 minute'
     where refresh_started_at < now() - interval '${String(LOST_AFTER_SEC)} seconds'
       and refresh_started_at > now() - interval '1 minute'`);
}

/** Who has lost the pair for good is asked for consent again, as the operator would be. */
async function consentAgain(arena: Arena): Promise<void> {
  const stopped = new Set((await arena.ledger.stops()).map(({ portal_id }) => portal_id));
  for (const tenant of arena.tenants.filter(({ portalId }) => stopped.has(portalId))) {
    await authorise(arena, tenant);
    await arena.sendSettings(tenant);
  }
}

async function endTokens(arena: Arena, session: Session): Promise<Act> {
  let injections = 0;
  while (!isOver(session, injections)) {
    const tenant = arena.dice.oneOf(arena.tenants);
    if (arena.dice.roll() < 0.3) {
      arena.fault({ kind: 'lose_answer_after_commit', portal: tenant.portal.id, path: '/oauth2/access_token' });
    }
    const { tokens } = arena.emulator.control.portal(tenant.portal.id);
    for (const id of tokens.ids()) if (id.startsWith('access-')) tokens.revoke(id);
    injections += 1;
    await sleep(arena.dice.between(100, 600));
    await letInAgain(arena);
  }
  arena.endFaults();
  return { injections };
}

async function letInAgain(arena: Arena): Promise<void> {
  await claimsRunOut(arena);
  await consentAgain(arena);
}

export const tokenFaults: readonly Fault[] = [
  besideTheWork({
    id: 'F20',
    title: 'access tokens die under two writers at once, a third of the refreshes loses its answer',
    goal: 300,
    writers: 2,
    prepare: async (arena) => {
      for (const tenant of arena.tenants) await authorise(arena, tenant);
      const { clientId, clientSecret, redirectUri } = integration;
      return {
        env: { AMOCRM_CLIENT_ID: clientId, AMOCRM_CLIENT_SECRET: clientSecret, AMOCRM_REDIRECT_URI: redirectUri },
      };
    },
    act: endTokens,
    help: letInAgain,
  }),
];
