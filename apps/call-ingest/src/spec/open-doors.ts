import { pbxCallEvents, type CallEvent, type RejectedCallEvent } from '@perezvon/contracts';
import { createHash, createHmac } from 'node:crypto';
import { CLIENT } from './deliveries.js';
import { type EngineStandIn, startEngineStandIn } from './engine-stand-in.js';
import { pbxSource, publishAccount, type RunningIngest, startIngest, until } from './running-ingest.js';

/** The sources of account `acc-1`, each with a secret that must turn up nowhere. */
export const UIS = { id: '0192f0c1-0000-7000-8000-000000000001', secret: 'uis-canary-secret' };
export const CANONICAL = { id: '0192f0c1-0000-7000-8000-000000000002', secret: 'canonical-canary-secret' };
export const FLOODED = { id: '0192f0c1-0000-7000-8000-000000000003', secret: 'flooded-canary-secret' };
export const FLOODED_ITOOLABS = {
  id: '0192f0c1-0000-7000-8000-000000000005',
  secret: 'flooded-itoolabs-canary-secret',
};
export const ITOOLABS = { id: '0192f0c1-0000-7000-8000-000000000004', secret: 'itoolabs-canary-secret' };

/** How a request of the canonical door is signed, where not as it should be. */
export interface Signing {
  readonly secret?: string;
  readonly sourceId?: string;
  /** Unix seconds. */
  readonly timestamp?: number;
  /** The body that the signature is of. */
  readonly signed?: string;
  readonly signature?: string;
}

/** The service with the sources of `acc-1` known to it, and what a spec needs to speak at each of its doors. */
export class OpenDoors {
  private constructor(
    readonly ingest: RunningIngest,
    readonly engine: EngineStandIn,
  ) {}

  static async open(): Promise<OpenDoors> {
    const engine = await startEngineStandIn();
    const ingest = await startIngest({ decisionEngineUrl: engine.url });
    const doors = new OpenDoors(ingest, engine);
    await publishAccount(ingest.producer, 'acc-1', [
      pbxSource(UIS.id, 'uis', UIS.secret),
      pbxSource(CANONICAL.id, 'canonical', CANONICAL.secret),
      pbxSource(FLOODED.id, 'uis', FLOODED.secret),
      pbxSource(ITOOLABS.id, 'itoolabs', ITOOLABS.secret),
      pbxSource(FLOODED_ITOOLABS.id, 'itoolabs', FLOODED_ITOOLABS.secret),
    ]);
    await until('the source is known', async () => {
      const answer = await doors.postUis('{}');
      return answer.status === 200 ? true : undefined;
    });
    return doors;
  }

  async close(): Promise<void> {
    await this.ingest.stop();
    await this.engine.stop();
  }

  async produce(value: Record<string, unknown> | string): Promise<void> {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    await this.ingest.producer.sendRaw(pbxCallEvents.topic, [{ key: null, value: text }]);
  }

  postUis(body: string, secret = UIS.secret, sourceId = UIS.id): Promise<Response> {
    return fetch(`${this.ingest.service.url}/v1/pbx/${sourceId}/uis/${secret}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
  }

  postItoolabs(
    fields: Readonly<Record<string, string>>,
    token = ITOOLABS.secret,
    sourceId = ITOOLABS.id,
  ): Promise<Response> {
    return fetch(`${this.ingest.service.url}/v1/pbx/${sourceId}/itoolabs`, {
      method: 'POST',
      body: new URLSearchParams({ ...fields, crm_token: token }),
    });
  }

  postCanonical(body: string, signing: Signing = {}): Promise<Response> {
    const timestamp = String(signing.timestamp ?? Math.floor(Date.now() / 1000));
    const key = createHash('sha256')
      .update(signing.secret ?? CANONICAL.secret)
      .digest('hex');
    const signature = createHmac('sha256', key)
      .update(`${timestamp}.${signing.signed ?? body}`)
      .digest('hex');
    return fetch(`${this.ingest.service.url}/v1/pbx/${signing.sourceId ?? CANONICAL.id}/events`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-timestamp': timestamp,
        'x-signature': signing.signature ?? `sha256=${signature}`,
      },
      body,
    });
  }

  eventOf(callId: string): Promise<CallEvent> {
    return until(`event of ${callId}`, () => this.ingest.events.find((e) => e.call_id === callId));
  }

  rejectedWith(code: string, size?: number): Promise<RejectedCallEvent> {
    return until(`rejected ${code}`, () =>
      this.ingest.rejected.find((r) => r.code === code && (size === undefined || r.original.sizeBytes === size)),
    );
  }

  /** Resolves when so many deliveries are held. */
  async holds(count: number): Promise<void> {
    await until(`${count} held`, async () => (await this.ingest.held()) === count || undefined);
  }

  /** What is held has waited for its account for as long as anything may. */
  async patienceEnds(): Promise<void> {
    await this.ingest.database.dataSource.query(
      `update held_deliveries set held_at = now() - interval '6 minutes', due_at = now()`,
    );
  }

  /** What the service logged of secrets and of clients' numbers. */
  secretsInLog(): readonly string[] {
    return this.ingest.logLines.filter((line) => line.includes('canary') || line.includes(CLIENT));
  }
}
