import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';

/** Answers `POST /v1/route` in decision-engine's place. */
export interface EngineStandIn {
  readonly url: string;
  /** What it was asked. */
  readonly questions: readonly { readonly authorization: string | undefined; readonly body: unknown }[];
  /** The next answers; null = the engine hangs. */
  answer: unknown;
  stop(): Promise<void>;
}

export async function startEngineStandIn(): Promise<EngineStandIn> {
  const questions: { authorization: string | undefined; body: unknown }[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      questions.push({ authorization: request.headers.authorization, body: JSON.parse(text) });
      if (standIn.answer === null) return;
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(standIn.answer));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const standIn: EngineStandIn = {
    url: `http://127.0.0.1:${port}`,
    questions,
    answer: { decision: 'fallback', reason: 'no_contact' },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return standIn;
}
