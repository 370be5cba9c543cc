import { pbxCallEvents } from '@perezvon/contracts';
import { type KafkaProducer } from '@perezvon/kafka';
import { createHash, createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RenderedDelivery } from './render.js';

export interface DoorSettings {
  readonly callIngestUrl: string;
  readonly canonical: { readonly sourceId: string; readonly secret: string };
  readonly uis: { readonly sourceId: string; readonly secret: string };
  readonly itoolabs: { readonly sourceId: string; readonly secret: string };
}

/** As long as a patient PBX would go on. */
const GIVE_UP_AFTER_MS = 60_000;
const RETRY_EVERY_MS = 500;
const REQUEST_TIMEOUT_MS = 10_000;

/** Delivers as a PBX does: HTTP again and again until it is answered 2xx. */
export class Doors {
  constructor(
    private readonly settings: DoorSettings,
    private readonly producer: Pick<KafkaProducer, 'sendRaw'>,
  ) {}

  /** @throws when the delivery was refused, or nobody took it within a minute */
  async deliver({ door, key, body }: RenderedDelivery): Promise<void> {
    switch (door) {
      case 'kafka':
        await this.producer.sendRaw(pbxCallEvents.topic, [{ key, value: JSON.stringify(body) }]);
        return;
      case 'canonical':
        await untilTaken(() => this.postCanonical(JSON.stringify(body)));
        return;
      case 'uis-post':
        await untilTaken(() =>
          send(this.uisUrl(), {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(body),
          }),
        );
        return;
      case 'uis-get':
        await untilTaken(() => send(`${this.uisUrl()}?${queryOf(body)}`, {}));
        return;
      case 'itoolabs':
        await untilTaken(() => this.postItoolabs(body));
        return;
    }
  }

  /** Signed anew at each try: a signature is good for five minutes. */
  private postCanonical(body: string): Promise<Response> {
    const { sourceId, secret } = this.settings.canonical;
    const timestamp = String(Math.floor(Date.now() / 1000));
    const key = createHash('sha256').update(secret).digest('hex');
    const signature = createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex');
    return send(`${this.settings.callIngestUrl}/v1/pbx/${sourceId}/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-timestamp': timestamp, 'x-signature': `sha256=${signature}` },
      body,
    });
  }

  private postItoolabs(body: Record<string, unknown>): Promise<Response> {
    const { sourceId, secret } = this.settings.itoolabs;
    return send(`${this.settings.callIngestUrl}/v1/pbx/${sourceId}/itoolabs`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: queryOf({ ...body, crm_token: secret }),
    });
  }

  private uisUrl(): string {
    const { sourceId, secret } = this.settings.uis;
    return `${this.settings.callIngestUrl}/v1/pbx/${sourceId}/uis/${encodeURIComponent(secret)}`;
  }
}

function send(url: string, init: RequestInit): Promise<Response> {
  return fetch(url, { ...init, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
}

function queryOf(body: Record<string, unknown>): string {
  const flat = Object.entries(body).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return new URLSearchParams(Object.fromEntries(flat) as Record<string, string>).toString();
}

/** An answer that repeating cannot change ends it: everything 4xx but the ones that ask for patience. */
async function untilTaken(request: () => Promise<Response>): Promise<void> {
  const giveUpAt = performance.now() + GIVE_UP_AFTER_MS;
  for (;;) {
    const problem = await tryOnce(request);
    if (problem === null) return;
    if (!problem.mayPass || performance.now() > giveUpAt) throw new Error(`call-ingest: ${problem.what}`);
    await sleep(RETRY_EVERY_MS);
  }
}

async function tryOnce(request: () => Promise<Response>): Promise<{ what: string; mayPass: boolean } | null> {
  try {
    const answer = await request();
    await answer.arrayBuffer();
    if (answer.ok) return null;
    // 401: a source that was made a moment ago is not known everywhere yet.
    const mayPass = answer.status >= 500 || [401, 408, 429].includes(answer.status);
    return { what: `answered ${answer.status}`, mayPass };
  } catch (error) {
    return { what: error instanceof Error ? error.message : 'no answer', mayPass: true };
  }
}
