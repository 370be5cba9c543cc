import { readFileSync, readdirSync } from 'node:fs';
import { type ServerResponse } from 'node:http';
import { type Portal } from '../portal.js';
import { PAGE_STYLE } from './page-style.js';

/** Nothing from elsewhere, and no script or style that stands in the document itself: what callers stored stays text. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Content-Security-Policy': POLICY,
};

/**
 * `GET /`, a card's address and `GET /page/…`: the portal as a person would look at it. The scripts are modules for the browser as they are
 * written, without a build step; they poll the control API.
 * @returns whether the path was one of the page's
 */
export function sendPage(res: ServerResponse, path: string, portal: Portal): boolean {
  const file =
    path === '/' || CARD_ADDRESS.test(path) ? { type: 'text/html', text: documentFor(portal) } : ASSETS.get(path);
  if (file === undefined) return false;
  res.writeHead(200, { ...HEADERS, 'Content-Type': `${file.type}; charset=utf-8` }).end(file.text);
  return true;
}

/** Where amoCRM's own page has a card: links to it that a caller shows lead somewhere here too. */
const CARD_ADDRESS = /^\/(contacts|companies|leads)\/detail\/\d+$/;

const STYLE_PATH = '/page/style.css';

/** By path: what the page is made of, and nothing else that lies near it. */
const ASSETS = new Map([[STYLE_PATH, { type: 'text/css', text: PAGE_STYLE }], ...browserScripts()]);

function browserScripts(): [path: string, asset: { type: string; text: string }][] {
  const directory = new URL('./browser/', import.meta.url);
  const names = readdirSync(directory).filter((name) => name.endsWith('.js'));
  return names.map((name) => [
    `/page/${name}`,
    { type: 'text/javascript', text: readFileSync(new URL(name, directory), 'utf8') },
  ]);
}

function documentFor(portal: Portal): string {
  return `<!doctype html>
<html lang="ru">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(portal.name)} · эмулятор amoCRM</title>
<link rel="stylesheet" href="${STYLE_PATH}">
<script type="module" src="/page/main.js"></script>
</head>
<body>
<header class="top">
  <div class="brand"><h1>${escapeHtml(portal.name)}</h1><p>эмулятор amoCRM · аккаунт ${portal.store.accountId}</p></div>
  <nav class="tabs" id="tabs" aria-label="Разделы"></nav>
  <div class="state"><nav id="portals" aria-label="Порталы"></nav><span id="health" role="status">подключение…</span></div>
</header>
<div class="columns">
  <main id="main"></main>
  <aside aria-label="Запросы">
    <h2>Запросы к API <span class="muted" id="requestCount"></span>
      <label class="only"><input type="checkbox" id="troubleOnly"> только сбои и отказы</label></h2>
    <ol id="log" class="log"></ol>
  </aside>
</div>
<div id="messages" role="status" aria-live="polite"></div>
<noscript><p class="empty">Для просмотра портала нужен JavaScript.</p></noscript>
</body>
</html>
`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
