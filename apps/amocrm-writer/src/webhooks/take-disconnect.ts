import { isGenuineDisconnect, type DisconnectHook, type Integration } from '@perezvon/amocrm';
import type { CredentialStore } from '@perezvon/credentials';
import type { PostgresClock } from '../lanes/postgres-clock.js';
import type { PortalStore } from '../portals/portal-store.js';

/**
 * An administrator has switched our integration off in amoCRM (amocrm-api.md §1.8): the portal stops at once, instead of
 * with the next call. New credentials, which are a new consent, let it go on. The hook carries no time and can be played
 * again by whoever has seen it, so a probe finds out whether amoCRM really takes the token no more.
 */
export class TakeDisconnect {
  constructor(
    private readonly portals: PortalStore,
    private readonly credentials: Pick<CredentialStore, 'about'>,
    private readonly clock: PostgresClock,
    /** Undefined: no integration of ours can be switched off. */
    private readonly integration: Pick<Integration, 'clientId' | 'clientSecret'> | undefined,
    private readonly onStored: () => void,
  ) {}

  /** @returns false for what is not amoCRM's own word about this portal */
  async execute(portalId: string, hook: DisconnectHook): Promise<boolean> {
    if (this.integration === undefined || !isGenuineDisconnect(hook, this.integration)) return false;
    const portal = await this.portals.byId(portalId);
    // A lane ends with its account's id: another account's hook, genuine as it is, is not about this portal.
    if (portal?.lane?.split(':').at(-1) !== hook.accountId) return false;
    const token = await this.credentials.about(portalId);
    // A long-lived token belongs to the customer's own integration.
    if (token?.kind === 'oauth') {
      const stop = { reason: 'unauthorised', cause: 'disconnected', isHearsay: true } as const;
      await this.portals.stop(portal, stop, this.clock.now());
      this.onStored();
    }
    return true;
  }
}
