import { randomUUID } from 'node:crypto';
import { type EmulatedPortal } from '@perezvon/amocrm-emulator';
import { defaultIntegration, type Settings } from '@perezvon/contracts';

/** One customer with one amoCRM account: the unit that must not be disturbed by its neighbours. */
export class Tenant {
  readonly accountId: string;
  readonly portalId = randomUUID();
  private version = 0;
  private credentialsRevision = 1;

  constructor(
    /** Place among the tenants of a row, and of its portal in the emulator. */
    readonly index: number,
    readonly portal: EmulatedPortal,
  ) {
    this.accountId = `chaos-${String(index)}`;
  }

  /** Id of the portal that its emulated users, pipelines and stages are counted from (the emulator's README). */
  crmId(idOfFirstPortal: number): number {
    return this.index * 1_000_000 + idOfFirstPortal;
  }

  /** The next version of the customer's settings. */
  settings({ newCredentials = false }: { newCredentials?: boolean } = {}): Settings {
    this.version += 1;
    if (newCredentials) this.credentialsRevision += 1;
    const { accountId, portalId, portal, version, credentialsRevision } = this;
    return {
      accountId,
      version,
      updatedAt: new Date().toISOString(),
      name: accountId,
      integration: { ...defaultIntegration(), active: true, portalId },
      portals: [{ portalId, name: null, url: portal.url, credentialsRevision }],
      employees: [],
      mapping: [],
      sources: [],
    };
  }
}
