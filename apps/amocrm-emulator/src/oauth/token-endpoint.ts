import { isObject } from '../api/item-reader.js';
import { ok, problem, type Answer } from '../http/answer.js';
import { type Portal } from '../portal.js';
import { type Integrations } from './integration.js';
import { type OAuthRefusal } from './token-book.js';

/** `POST /oauth2/access_token` (§1.3): a code or a refresh token for a new pair. */
export function exchangeToken(portal: Portal, integrations: Integrations, body: unknown): Answer {
  const text = (name: string) => (isObject(body) && typeof body[name] === 'string' ? body[name] : '');
  const integration = integrations.of(text('client_id'));
  if (integration === undefined || integration.clientSecret !== text('client_secret')) {
    return refusal({ status: 401, hint: 'Client authentication failed' });
  }
  if (integration.redirectUri !== text('redirect_uri')) {
    return refusal({ status: 400, hint: 'Check the `redirect_uri` parameter' });
  }
  const { tokens } = portal;
  switch (text('grant_type')) {
    case 'authorization_code':
      return text('code') === ''
        ? refusal({ status: 400, hint: 'Check the `code` parameter' })
        : answer(portal, tokens.exchangeCode(integration.clientId, text('code')));
    case 'refresh_token':
      return text('refresh_token') === ''
        ? refusal({ status: 400, hint: 'Check the `refresh_token` parameter' })
        : answer(portal, tokens.refresh(integration.clientId, text('refresh_token')));
    default:
      return refusal({ status: 400, hint: 'Check the `grant_type` parameter' });
  }
}

function answer(portal: Portal, result: ReturnType<Portal['tokens']['refresh']>): Answer {
  if ('hint' in result) return refusal(result);
  return ok({
    token_type: 'Bearer',
    expires_in: result.expiresInSec,
    server_time: portal.store.nowSec(),
    access_token: result.accessToken,
    refresh_token: result.refreshToken,
  });
}

/** The OAuth body of §1.3, which is not that of the rest of the API. */
function refusal({ status, hint }: OAuthRefusal): Answer {
  return {
    status,
    contentType: 'application/problem+json',
    body: {
      hint,
      title: 'Некорректный запрос',
      type: 'https://developers.amocrm.ru/v3/errors/OAuthProblemJson',
      status,
      detail: 'В запросе отсутствует ряд параметров или параметры невалидны',
    },
  };
}

/**
 * `GET /oauth2/account/current/subdomain` (§1.6): where the account is to be found now. The platform answers it for every
 * account, so any portal's port does.
 */
export function currentSubdomain(portals: readonly Portal[], refreshToken: string | undefined): Answer {
  const portal = portals.find((candidate) => candidate.tokens.isLiveRefresh(refreshToken ?? ''));
  if (portal === undefined) return problem(401, 'Invalid refresh token');
  return ok({
    id: portal.store.accountId,
    subdomain: portal.subdomain,
    domain: portal.host,
    top_level_domain: 'ru',
  });
}
