import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type RequestHandler } from 'express';

/** The better one first; the build leaves both beside each larger file of text (apps/settings-web/precompressed.mjs). */
const encodings = [
  { name: 'br', ending: '.br' },
  { name: 'gzip', ending: '.gz' },
] as const;

const files = /^\/[\w/-]+(\.[\w-]+)*\.(js|css|svg)$/;

/**
 * Lets the static handler behind it send the compressed file in the place of the one that is asked for, where there is one and
 * the client takes it. What it sends has an `ETag` of its own, and caches are told that it depends on what the client takes.
 */
export function precompressed(dir: string): RequestHandler {
  return (request, response, next) => {
    const [, ending] = files.exec(request.path)?.slice(1) ?? [];
    if (ending === undefined) {
      next();
      return;
    }
    response.vary('Accept-Encoding');
    const file = join(dir, request.path);
    const chosen = encodings.find(
      (each) => request.acceptsEncodings(each.name) === each.name && existsSync(file + each.ending),
    );
    if (chosen !== undefined) {
      response.set('Content-Encoding', chosen.name).type(ending);
      request.url = request.path + chosen.ending;
    }
    next();
  };
}
