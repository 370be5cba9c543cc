import { type IncomingMessage, type ServerResponse } from 'node:http';
import { randomBytes } from 'node:crypto';
import { escapeHtml } from '../page/page.js';
import { PAGE_STYLE } from '../page/page-style.js';
import { type Portal } from '../portal.js';
import { type Integration, type Integrations } from './integration.js';

/**
 * `GET /oauth?client_id&state&mode` (§1.2): a person chooses the account and the user who gives the consent. The answer
 * comes back to the same address with `decision`, `portal` and `user`, and leads to the integration's `redirect_uri`.
 */
export function answerConsent(
  req: IncomingMessage,
  res: ServerResponse,
  search: string,
  portals: readonly Portal[],
  integrations: Integrations,
): void {
  const query = new URLSearchParams(search);
  const integration = integrations.of(query.get('client_id') ?? '');
  if (req.method !== 'GET' || integration === undefined) {
    sendDocument(res, 404, '<h1>Интеграция не найдена</h1><p class="muted">Такого client_id здесь нет.</p>');
    return;
  }
  const decision = query.get('decision');
  if (decision === null) sendDocument(res, 200, question(integration, query, portals), integration.redirectUri);
  else deliver(res, integration, query, decision === 'allow' ? granted(integration, query, portals) : REFUSED);
}

const REFUSED = { error: 'access_denied' };

/** The code with the address of its account, or a refusal when what was chosen is not there any more. */
function granted(
  integration: Integration,
  query: URLSearchParams,
  portals: readonly Portal[],
): Readonly<Record<string, string>> {
  const portal = portals.find((candidate) => candidate.id === query.get('portal'));
  const user = portal?.store.user(Number(query.get('user')));
  if (portal === undefined || user?.is_active !== true) return REFUSED;
  return { code: portal.tokens.issueCode(integration, user), ...accountParameters(portal) };
}

/** What a redirect says about the account: `platform` 1 is amocrm.ru (§1.2). */
export function accountParameters(portal: Portal): Readonly<Record<string, string>> {
  return { referer: portal.host, platform: '1' };
}

/**
 * `popup`: the window itself goes to `redirect_uri`. `post_message`: it tells the window that opened it and closes; what
 * the vendor's message looks like is not published, so it carries the redirect's parameters.
 */
function deliver(
  res: ServerResponse,
  integration: Integration,
  query: URLSearchParams,
  result: Readonly<Record<string, string>>,
): void {
  const parameters = { ...result, client_id: integration.clientId, state: query.get('state') ?? '' };
  const target = new URL(integration.redirectUri);
  if (query.get('mode') === 'post_message') {
    const message = JSON.stringify([parameters, target.origin]).replace(/</g, '\\u003c');
    const script = `const [message, origin] = ${message}; window.opener?.postMessage(message, origin); window.close();`;
    sendDocument(res, 200, '<h1>Готово</h1><p class="muted">Окно можно закрыть.</p>', undefined, script);
    return;
  }
  for (const [name, value] of Object.entries(parameters)) target.searchParams.set(name, value);
  res.writeHead(302, { 'Location': target.href, 'Cache-Control': 'no-store' }).end();
}

function question(integration: Integration, query: URLSearchParams, portals: readonly Portal[]): string {
  const kept = ['client_id', 'state', 'mode'].map((name) => hidden(name, query.get(name))).join('');
  const forms = portals.map((portal) => {
    const users = portal.store.directory.users
      .filter((user) => user.is_active && !user.is_free)
      .map((user) => {
        const role = user.is_admin ? ' — администратор' : '';
        return `<option value="${user.id}">${escapeHtml(user.name)}${role}</option>`;
      });
    return `<form class="card"><header><h2>${escapeHtml(portal.name)}</h2><p class="muted">${escapeHtml(portal.host)}</p></header>
${kept}${hidden('portal', portal.id)}
<label>Доступ даёт <select name="user">${users.join('')}</select></label>
<p><button name="decision" value="allow">Разрешить</button> <button name="decision" value="refuse">Отказать</button></p>
</form>`;
  });
  return `<h1>«${escapeHtml(integration.name)}» запрашивает доступ</h1>
<p class="muted">Выберите аккаунт. Интеграция вернётся на ${escapeHtml(integration.redirectUri)}</p>${forms.join('')}`;
}

function hidden(name: string, value: string | null): string {
  return value === null ? '' : `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`;
}

const CONSENT_STYLE = `
main { max-width: 560px; margin: 48px auto; padding: 0 20px; display: grid; gap: 16px; }
form.card { padding-bottom: 4px; }
form.card label, form.card > p { display: block; padding: 6px 16px; }
form.card button, form.card select { font: inherit; padding: 6px 12px; }
`;

/** Browsers hold a form's redirect to `form-action` too, so the integration's origin is named there. */
function sendDocument(res: ServerResponse, status: number, body: string, redirectUri?: string, script?: string): void {
  const nonce = randomBytes(16).toString('base64');
  const formTarget = redirectUri === undefined ? "'none'" : `'self' ${new URL(redirectUri).origin}`;
  res.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy':
      `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; ` +
      `base-uri 'none'; form-action ${formTarget}; frame-ancestors 'none'`,
  }).end(`<!doctype html>
<html lang="ru"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Доступ к аккаунту · эмулятор amoCRM</title><style nonce="${nonce}">${PAGE_STYLE}${CONSENT_STYLE}</style></head>
<body><main>${body}</main>${script === undefined ? '' : `<script nonce="${nonce}">${script}</script>`}</body></html>
`);
}
