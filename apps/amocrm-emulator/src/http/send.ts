import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Answer } from './answer.js';

/** Sends an answer with the vendor's content types (`application/hal+json` unless it says otherwise) and X-Request-Id. */
export function send(res: ServerResponse, answer: Answer): void {
  const headers: Record<string, string | number> = { ...answer.headers, 'X-Request-Id': randomUUID() };
  if (answer.body === undefined) {
    res.writeHead(answer.status, headers).end();
    return;
  }
  const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
  headers['Content-Type'] = typeOf(answer.contentType ?? 'application/hal+json');
  headers['Content-Length'] = Buffer.byteLength(text);
  res.writeHead(answer.status, headers).end(text);
}

/** JSON is UTF-8 by its nature and carries no charset: clients compare the vendor's types letter by letter. */
function typeOf(contentType: string): string {
  return contentType.startsWith('text/') ? `${contentType}; charset=utf-8` : contentType;
}

/** The same answer with a body that no JSON parser takes. */
export function spoil(answer: Answer): Answer {
  return { ...answer, body: `${JSON.stringify(answer.body ?? null).slice(0, 40)},"` };
}

/** What the answer says, packed, without the end that a decoder needs. */
export function sendCutGzip(res: ServerResponse, answer: Answer): void {
  const packed = gzipSync(JSON.stringify(answer.body ?? null));
  const cut = packed.subarray(0, Math.floor(packed.length / 2));
  const contentType = `${answer.contentType ?? 'application/hal+json'}; charset=utf-8`;
  const headers = { 'Content-Type': contentType, 'Content-Encoding': 'gzip', 'Content-Length': cut.length };
  res.writeHead(answer.status, headers).end(cut);
}

/** The same answer behind so much white space that only a caller without a limit reads it to the end. */
export function inflate(answer: Answer, bytes: number): Answer {
  return { ...answer, body: ' '.repeat(bytes) + JSON.stringify(answer.body ?? null) };
}

/** Promises more bytes than it sends, then resets. */
export function cutShort(res: ServerResponse): void {
  res.writeHead(200, { 'Content-Type': 'application/hal+json', 'Content-Length': 4096 });
  res.write('{"_links":{"self":{"href":"', () => res.socket?.resetAndDestroy());
}

/** RST instead of FIN: the caller sees ECONNRESET, as when a gateway dies. */
export function reset(req: IncomingMessage): void {
  req.socket.resetAndDestroy();
}
