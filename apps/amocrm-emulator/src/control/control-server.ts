import { type IncomingMessage, type ServerResponse } from 'node:http';
import { problem, Refusal, type Answer } from '../http/answer.js';
import { readBody } from '../http/body.js';
import { parseQuery } from '../http/query.js';
import { Router } from '../http/router.js';
import { send } from '../http/send.js';
import { type ControlExchange } from './control-exchange.js';
import { type Portal } from '../portal.js';
import { CONTROL_ROUTES } from './routes.js';

const router = new Router(CONTROL_ROUTES);

/** `/_emulator/…`: plain JSON, no token, no limits, no faults, not in the request log. */
export class ControlServer {
  constructor(private readonly context: Omit<ControlExchange, 'portal' | 'query' | 'params' | 'body'>) {}

  handle(req: IncomingMessage, res: ServerResponse, portal: Portal, path: string, search: string): void {
    readBody(req, (text) => {
      this.context.calls.own(
        this.answer(req, portal, path, search, text).then((answer) =>
          send(res, { contentType: 'application/json', ...answer }),
        ),
      );
    });
  }

  private async answer(
    req: IncomingMessage,
    portal: Portal,
    path: string,
    search: string,
    text: string | null,
  ): Promise<Answer> {
    if (text === null) return problem(413, 'Request body is too large');
    const method = req.method ?? 'GET';
    // A page of another site may send a form or plain text without asking, but not JSON: so it cannot reset a portal.
    if (method !== 'GET' && text !== '' && !(req.headers['content-type'] ?? '').startsWith('application/json')) {
      return problem(415, 'Content-Type application/json is expected');
    }
    if (method !== 'GET' && isForeign(req)) return problem(403, 'Requests from other sites are refused');
    const match = router.match(method, path);
    if (match.found !== 'route') return problem(match.found === 'nothing' ? 404 : 405, 'No such control');
    try {
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      return await match.handler({ ...this.context, portal, query: parseQuery(search), params: match.params, body });
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      if (error instanceof SyntaxError) return problem(400, 'The body is not valid JSON');
      // A fault of the stand-in itself: this request fails loudly, the portals go on.
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      return problem(500, `The emulator itself has failed: ${String(error)}`);
    }
  }
}

function isForeign(req: IncomingMessage): boolean {
  const { origin, host } = req.headers;
  return origin !== undefined && origin !== `http://${host}`;
}
