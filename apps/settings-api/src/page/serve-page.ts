import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { type RequestHandler } from 'express';
import { precompressed } from './precompressed.js';

/** Where apps/settings-web is built to. */
const builtPage = fileURLToPath(new URL('../../../settings-web/dist', import.meta.url));

/** What the service answers itself; everything else is the page's. */
const own = /^\/(api|health|metrics)(\/|$)/;

const notBuilt = `<!doctype html>
<html lang="ru"><meta charset="utf-8"><title>Перезвон</title>
<p>Страница настроек не собрана. Соберите её: <code>npx nx build @perezvon/settings-web</code>, затем перезапустите службу.</p>
<p lang="en">The settings page has not been built: build it as above and restart the service.</p>
<p><a href="/api/docs">REST API</a></p>
`;

/**
 * Serves the settings page: its files, named by their content, compressed and for ever; its one document always anew, also at
 * the addresses that only the page's own router knows.
 */
export function servePage(app: NestExpressApplication, dir = builtPage): void {
  if (!existsSync(join(dir, 'index.html'))) {
    app.use(sayNotBuilt);
    return;
  }
  app.use(precompressed(dir));
  app.useStaticAssets(join(dir, 'assets'), { prefix: '/assets', immutable: true, maxAge: '1y', fallthrough: false });
  app.useStaticAssets(dir, { index: false, maxAge: '1h' });
  const sendPage: RequestHandler = (request, response, next) => {
    if (own.test(request.path) || !isRead(request.method)) next();
    else response.set('Cache-Control', 'no-cache').sendFile('index.html', { root: dir });
  };
  app.use(sendPage);
}

const sayNotBuilt: RequestHandler = (request, response, next) => {
  if (request.path !== '/' || !isRead(request.method)) next();
  else response.status(503).type('html').send(notBuilt);
};

function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}
