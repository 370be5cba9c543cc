import { randomBytes } from 'node:crypto';
import { type ServerResponse } from 'node:http';
import { type Portal } from '../portal.js';
import { PAGE_SCRIPT } from './page-script.js';
import { PAGE_STYLE } from './page-style.js';

/** `GET /`: the portal as a person would look at it. One self-contained document; the script polls the control API. */
export function sendPage(res: ServerResponse, portal: Portal): void {
  const nonce = randomBytes(16).toString('base64');
  res
    .writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Content-Security-Policy': [
        "default-src 'none'",
        `script-src 'nonce-${nonce}'`,
        `style-src 'nonce-${nonce}'`,
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ].join('; '),
    })
    .end(pageFor(portal, nonce));
}

function pageFor(portal: Portal, nonce: string): string {
  return `<!doctype html>
<html lang="ru">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(portal.name)} · эмулятор amoCRM</title>
<style nonce="${nonce}">${PAGE_STYLE}</style>
</head>
<body>
<header class="top">
  <div class="brand"><h1>${escapeHtml(portal.name)}</h1><p>эмулятор amoCRM · аккаунт ${portal.store.accountId}</p></div>
  <nav class="tabs" id="tabs" role="tablist" aria-label="Разделы"></nav>
  <div class="state"><nav id="portals" aria-label="Порталы"></nav><span id="health" role="status">подключение…</span></div>
</header>
<div class="columns">
  <main id="main" aria-live="off"></main>
  <aside aria-label="Запросы">
    <h2>Запросы к API <span class="muted" id="requestCount"></span></h2>
    <ol id="log" class="log"></ol>
  </aside>
</div>
<noscript><p class="empty">Для просмотра портала нужен JavaScript.</p></noscript>
<script nonce="${nonce}">${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
