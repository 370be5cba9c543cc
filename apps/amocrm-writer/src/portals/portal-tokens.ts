import type { GrantResult, NoToken, TokenEndpoint } from '@perezvon/amocrm';
import { CredentialsError, type CurrentToken, type Refresh, type TokenKeeper } from '@perezvon/credentials';
import { NoCredentials } from '../lanes/lane-requests.js';
import type { WriterLog } from '../lanes/writer-log.js';
import type { PortalRow } from './portal.js';

/** Without an integration of ours nothing can be renewed; an operator has to set it, which is a restart. */
const notConfigured: GrantResult = {
  kind: 'retry',
  reason: 'token_unavailable',
  detail: 'AMOCRM_CLIENT_ID is not set',
};

/** After a token that does not open: somebody has to restart us with its key, or to give the portal another one. */
const notOpenedMs = 30_000;

/** The access token of a portal's next request, renewed at the portal's own token endpoint. */
export class PortalTokens {
  constructor(
    private readonly keeper: TokenKeeper,
    private readonly endpoint: TokenEndpoint | undefined,
    private readonly log: WriterLog,
    /** amoCRM's token endpoint found the account at another address. */
    private readonly onMoved: (portalId: string, origin: string) => Promise<void>,
  ) {}

  /**
   * @param refused what amoCRM has just answered with 401
   * @throws NoCredentials
   */
  async next(portal: PortalRow, refused?: string): Promise<string | NoToken> {
    const names = { accountId: portal.accountId, portalId: portal.portalId };
    let current: CurrentToken;
    try {
      current = await this.keeper.current(portal.portalId, portal.accountId, this.refreshAt(portal), refused);
    } catch (error) {
      if (!(error instanceof CredentialsError)) throw error;
      // A key that is not configured, or a row of another portal: this portal's trouble, and nobody else's.
      this.log.error({ ...names, reason: error.code, err: error }, 'the stored token cannot be opened');
      return { code: 'token_unavailable', detail: error.code, afterMs: notOpenedMs };
    }
    switch (current.kind) {
      case 'token':
        return current.token.accessToken.reveal();
      case 'none':
        throw new NoCredentials(portal);
      case 'consent_needed':
        this.log.warn(
          { ...names, reason: current.reason },
          'amoCRM takes the token no more: authorise the portal again',
        );
        return { code: 'unauthorised', detail: current.reason };
      case 'unavailable':
        this.log.warn({ ...names, reason: current.reason }, 'the token could not be renewed yet');
        return { code: 'token_unavailable', detail: current.reason, afterMs: current.afterMs };
      case 'stopped':
        return { code: current.result.reason };
    }
  }

  private refreshAt(portal: PortalRow): Refresh {
    return async (pair) => {
      if (this.endpoint === undefined) return notConfigured;
      const answer = await this.endpoint.refresh(portal.url, pair);
      if (answer.kind === 'done' && answer.value.origin !== portal.url) {
        this.log.warn(
          { accountId: portal.accountId, portalId: portal.portalId, origin: answer.value.origin },
          'the amoCRM account was renamed: change the portal to its new address',
        );
        // The pair in hand is the only copy: nothing may come between it and its storing.
        await this.onMoved(portal.portalId, answer.value.origin).catch((error: unknown) => {
          this.log.error({ portalId: portal.portalId, err: error }, 'the new address could not be kept');
        });
      }
      return answer;
    };
  }
}
