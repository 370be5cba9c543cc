import { Agent, request } from 'node:http';
import { TOKEN } from '../caller.js';
import { type Step } from './steps.js';

/** What a caller sees of one request: an answer, one that cannot be read, or none. */
export type Outcome =
  | { readonly kind: 'answer'; readonly status: number; readonly view?: unknown }
  | { readonly kind: 'spoilt' }
  | { readonly kind: 'lost' };

/** node:http itself: a hundred thousand requests in a minute, and resets arrive as they are. */
export class Wire {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(private readonly url: string) {}

  send(step: Step): Promise<Outcome> {
    return new Promise((resolve) => {
      const body = step.body === undefined ? '' : JSON.stringify(step.body);
      const headers = {
        'Authorization': `Bearer ${TOKEN}`,
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body),
      };
      const req = request(`${this.url}${step.path}`, { agent: this.agent, method: step.method, headers }, (res) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('error', () => resolve({ kind: 'spoilt' }));
        res.on('end', () => resolve(read(step, res.statusCode ?? 0, Buffer.concat(chunks).toString('utf8'))));
      });
      req.on('error', () => resolve({ kind: 'lost' }));
      req.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

function read(step: Step, status: number, text: string): Outcome {
  if (status !== 200) return { kind: 'answer', status };
  try {
    return { kind: 'answer', status, view: step.see(JSON.parse(text) as never) };
  } catch {
    return { kind: 'spoilt' };
  }
}
