import { consentPage, type GrantResult, readConsent, type TokenEndpoint } from '@perezvon/amocrm';
import { Problem } from '@perezvon/service';
import { type DataSource } from 'typeorm';
import { type Actor } from '../access/access.js';
import { nameActor } from '../access/current-actor.js';
import { hashOfToken, newToken } from '../access/secret-token.js';
import { type Portals } from '../portals/portals.js';

export interface OauthSetup {
  readonly clientId: string;
  /** The vendor's consent page, or the emulator's. */
  readonly consentUrl: string;
  readonly endpoint: Pick<TokenEndpoint, 'exchangeCode'>;
}

/** A consent that a person was sent for. */
export interface Begun {
  readonly url: string;
  /** For the browser's cookie: who comes back must be who left. */
  readonly browserToken: string;
}

/** How the way back from amoCRM ended; the page says it in words. */
export type Ending =
  | { readonly code: 'authorised'; readonly portalId: string }
  /** The administrator said no. */
  | { readonly code: 'refused'; readonly portalId: string }
  /** Consent was given for another amoCRM account than the portal's. */
  | { readonly code: 'other_account'; readonly portalId: string }
  /** amoCRM did not give tokens for the code, or nobody knows: the code is used up, it takes another consent. */
  | { readonly code: 'failed'; readonly portalId: string }
  /** Not an answer to anything we asked in this browser, or too late. */
  | { readonly code: 'unknown'; readonly portalId: null };

interface Awaited {
  account_id: string;
  portal_id: string;
  actor: Actor;
}

/**
 * Getting tokens by consent (reference/amocrm-api.md §1.2):
 *
 *     begin ──▶ consent page of amoCRM ──▶ finish: state checked and used up ──▶ code exchanged ──▶ pair stored
 *
 * A state works once, for 20 minutes (as long as amoCRM's code), and only in the browser that began: otherwise a stranger
 * could have somebody else's consent put into an account of his own. Who may not change settings any more by then, having been
 * disabled, demoted or removed meanwhile, brings nothing back either.
 */
export class Authorizations {
  constructor(
    private readonly dataSource: DataSource,
    private readonly portals: Portals,
    private readonly setup: OauthSetup | undefined,
    private readonly extraOrigins: readonly string[],
  ) {}

  async begin(accountId: string, portalId: string, actor: Actor): Promise<Begun> {
    await this.portals.get(accountId, portalId);
    if (this.setup === undefined) throw notSetUp();
    const state = newToken();
    const browserToken = newToken();
    await this.dataSource.query(
      `insert into consents_awaited (state_hash, browser_hash, account_id, portal_id, actor) values ($1, $2, $3, $4, $5)`,
      [hashOfToken(state), hashOfToken(browserToken), accountId, portalId, JSON.stringify(actor)],
    );
    return { url: consentPage(this.setup.consentUrl, this.setup.clientId, state), browserToken };
  }

  /** @param query with which the browser came back */
  async finish(query: URLSearchParams, browserToken: string | undefined): Promise<Ending> {
    const consent = readConsent(query, this.extraOrigins);
    const state = consent.kind === 'malformed' ? query.get('state') : consent.state;
    const awaited = await this.useUp(state ?? '', browserToken ?? '');
    if (awaited === undefined || this.setup === undefined) return { code: 'unknown', portalId: null };
    const { account_id: accountId, portal_id: portalId, actor } = awaited;
    if (consent.kind === 'refused') return { code: 'refused', portalId };
    if (consent.kind === 'malformed') return { code: 'failed', portalId };
    const portal = await this.portals.get(accountId, portalId);
    if (portal.url !== consent.origin) return { code: 'other_account', portalId };
    const granted = await this.setup.endpoint.exchangeCode(consent.origin, consent.code);
    if (!isPair(granted)) return { code: 'failed', portalId };
    nameActor(actor);
    await this.portals.putOauthPair(accountId, portalId, granted.value);
    return { code: 'authorised', portalId };
  }

  /** In one statement, so that of two that come at once one only is served. */
  private async useUp(state: string, browserToken: string): Promise<Awaited | undefined> {
    const [rows]: [Awaited[], number] = await this.dataSource.query(
      `delete from consents_awaited
        where state_hash = $1 and browser_hash = $2 and begun_at > now() - interval '20 minutes'
          and case actor ->> 'kind'
                when 'user' then exists (
                  select from users
                   where user_id = (actor ->> 'id')::uuid and not is_disabled
                     and (role = 'platform_admin' or (users.account_id = consents_awaited.account_id and role <> 'viewer')))
                when 'api_key' then exists (
                  select from api_keys
                   where key_id = (actor ->> 'id')::uuid and api_keys.account_id = consents_awaited.account_id
                     and role <> 'viewer')
                else true
              end
        returning account_id, portal_id, actor`,
      [hashOfToken(state), hashOfToken(browserToken)],
    );
    await this.dataSource.query(`delete from consents_awaited where begun_at < now() - interval '1 day'`);
    return rows[0];
  }
}

function isPair(granted: GrantResult): granted is Extract<GrantResult, { kind: 'done' }> {
  return granted.kind === 'done';
}

function notSetUp(): Problem {
  return new Problem({
    status: 409,
    code: 'oauth_not_set_up',
    message: {
      ru: 'Вход через amoCRM не настроен на этом сервере. Вставьте долгосрочный токен интеграции.',
      en: 'Authorisation through amoCRM is not set up on this server. Paste a long-lived token of the integration.',
    },
  });
}
