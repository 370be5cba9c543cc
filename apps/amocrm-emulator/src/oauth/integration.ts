/** What a token may be used for (§1.5). */
export const SCOPES = ['crm', 'files', 'files_delete', 'notifications'] as const;
export type Scope = (typeof SCOPES)[number];

/** An integration as its developer registered it: the same for every portal of the process. */
export interface Integration {
  /** The vendor's `client_id` and `client_uuid`. */
  readonly clientId: string;
  readonly clientSecret: string;
  readonly name: string;
  /** The one address that codes are sent to; the token endpoint compares it letter by letter. */
  readonly redirectUri: string;
  /** An external integration is offered to other accounts; it has no access to the users endpoints (§1.5). */
  readonly isExternal: boolean;
  readonly scopes: readonly Scope[];
  /** Told when a portal disconnects the integration (§1.8); null: nobody is. */
  readonly disconnectUrl: string | null;
}

export type NewIntegration = Pick<Integration, 'clientId' | 'clientSecret' | 'redirectUri'> & Partial<Integration>;

/** The integrations that portals can connect. Registering one again replaces it, as its developer edits it. */
export class Integrations {
  private readonly byClientId = new Map<string, Integration>();

  constructor(initial: readonly NewIntegration[]) {
    for (const integration of initial) this.register(integration);
  }

  register(integration: NewIntegration): Integration {
    const { clientId } = integration;
    const whole = { name: clientId, isExternal: false, scopes: SCOPES, disconnectUrl: null, ...integration };
    this.byClientId.set(clientId, whole);
    return whole;
  }

  of(clientId: string): Integration | undefined {
    return this.byClientId.get(clientId);
  }

  all(): readonly Integration[] {
    return [...this.byClientId.values()];
  }
}
