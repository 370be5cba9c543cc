import { createHash, randomUUID } from 'node:crypto';
import {
  commands,
  decisions,
  defaultIntegration,
  type CallDecision,
  type CallEvent,
  type Client,
  type CrmCommand,
  type PbxSource,
  type Portal,
  type Settings,
} from '@perezvon/contracts';
import { createTestDatabase, inTransaction, Outbox, type TestDatabase } from '@perezvon/postgres';
import { AdvanceCalls } from '../calls/advance-calls.js';
import { CallsToWake } from '../calls/calls-to-wake.js';
import { migrations } from '../database/migrations.js';
import { observeClients } from '../directory/client-directory.js';
import { storePortals, storeSettings } from '../settings/account-settings.js';
import { SettingsCache } from '../settings/settings-cache.js';

/** The engine's use case over a database of its own, for specs: what goes in by topics goes in by calls here. */
export class EngineBench {
  accountId = `acc-${randomUUID().slice(0, 8)}`;
  portalId: string = randomUUID();
  lane = `ru:${randomUUID().slice(0, 8)}`;
  readonly callsToWake: CallsToWake;
  now = new Date('2025-03-04T10:00:00.000Z');

  private constructor(readonly database: TestDatabase) {
    this.callsToWake = new CallsToWake(database.dataSource);
  }

  static async start(): Promise<EngineBench> {
    return new EngineBench(await createTestDatabase({ schema: 'decision_engine', migrations }));
  }

  /** The same account, portal and lane in another database: ids of calls and commands are made of them. */
  actAs({ accountId, portalId, lane }: EngineBench): void {
    Object.assign(this, { accountId, portalId, lane });
  }

  /** Another account with a portal of its own, in the same database. */
  neighbour(): EngineBench {
    return new EngineBench(this.database);
  }

  /** As another process of the service would have it. */
  process(): AdvanceCalls {
    const silent = { wake: () => undefined };
    return new AdvanceCalls(this.database.dataSource, new Outbox(), silent, new SettingsCache(), 60, () => this.now);
  }

  settings(change: (integration: Settings['integration']) => void = () => undefined, version = 1): Settings {
    const integration = structuredClone(defaultIntegration());
    const deal = { enabled: true, action: 'create_contact_and_deal', pipelineId: 10, statusId: 11 } as const;
    const unsorted = { enabled: true, action: 'create_unsorted', pipelineId: 10 } as const;
    for (const direction of [integration.incoming, integration.outgoing]) {
      direction.defaultResponsibleUserId = 101;
      direction.cells = { ...direction.cells, answeredUnknown: deal, missedUnknown: unsorted };
    }
    integration.active = true;
    integration.portalId = this.portalId;
    change(integration);
    return {
      accountId: this.accountId,
      version,
      updatedAt: '2025-03-01T00:00:00.000Z',
      name: 'Ромашка',
      integration,
      portals: [{ portalId: this.portalId, name: null, url: 'https://demo.amocrm.ru', credentialsRevision: 1 }],
      employees: [],
      mapping: [],
      sources: [],
    };
  }

  async storeSettings(...documents: Settings[]): Promise<void> {
    const stored = documents.length > 0 ? documents : [this.settings()];
    await inTransaction(this.database.dataSource, (tx) => storeSettings(tx, stored));
  }

  async publishSettings(document: Settings = this.settings()): Promise<void> {
    await this.storeSettings(document);
    await this.process().again(await this.callsToWake.forSettings([document.accountId]));
  }

  portal(more: Partial<Portal> = {}): Portal {
    const { portalId, accountId, lane } = this;
    const empty = { readAt: null, stop: null, pipelines: [], users: [], taskTypes: [] };
    return { portalId, accountId, lane, ...empty, ...more };
  }

  async publishPortal(more: Partial<Portal> = {}): Promise<void> {
    const portal = this.portal(more);
    await inTransaction(this.database.dataSource, (tx) => storePortals(tx, [portal]));
    await this.process().again(await this.callsToWake.forPortals([portal.portalId]));
  }

  /** The account's own PBX, whose events {@link event} makes. */
  source(more: Partial<PbxSource> = {}): PbxSource {
    return {
      sourceId: randomUUID(),
      kind: 'canonical',
      instance: null,
      timeZone: 'Europe/Moscow',
      settleDelaySec: 20,
      ringLimitSec: 60,
      routeFallback: 'branch',
      secretHash: '0'.repeat(64),
      ...more,
    };
  }

  async answerLookup(phone: string, cards: Client['cards'] = []): Promise<void> {
    await this.answerLookups([phone], cards);
  }

  async answerLookups(phones: readonly string[], cards: Client['cards'] = []): Promise<void> {
    const { lane } = this;
    const at = { lane, cards, asOf: this.now.toISOString(), origin: 'lookup' as const };
    const seen = phones.map((phone) => ({ ...at, phone }));
    await inTransaction(this.database.dataSource, (tx) => observeClients(tx, seen));
    await this.process().again(await this.callsToWake.forClients(seen));
  }

  contact(id: number): Client['cards'][number] {
    return {
      type: 'contact',
      id,
      name: null,
      responsibleUserId: 501,
      updatedAt: 1_700_000_000 + id,
      activeDealUpdatedAt: null,
    };
  }

  /** Everything that was emitted so far, in order. */
  async emitted(): Promise<{ commands: CrmCommand[]; decisions: CallDecision[] }> {
    const rows: { topic: string; value: Buffer }[] = await this.database.dataSource.query(
      'select topic, value from outbox order by id',
    );
    const of = <T>(message: { topic: string; parse(value: unknown): T }) =>
      rows.filter((r) => r.topic === message.topic).map((r) => message.parse(JSON.parse(r.value.toString())));
    return { commands: of(commands), decisions: of(decisions) };
  }

  /** Short names of the emitted commands. */
  async wanted(): Promise<string[]> {
    return (await this.emitted()).commands.map((c) => (c.type === 'effect' ? c.effect : c.type));
  }

  event(type: CallEvent['type'], second: number, more: Partial<CallEvent> = {}): CallEvent {
    const at = new Date(Date.parse('2025-03-04T09:12:00.000Z') + second * 1000).toISOString();
    const call_id = more.call_id ?? '1002003004';
    const digest = (...parts: unknown[]) => createHash('sha256').update(JSON.stringify(parts)).digest('hex');
    return {
      schema_version: 1,
      event_id: digest(this.accountId, call_id, type),
      content_hash: digest(more.outcome, more.talk_sec),
      account_id: this.accountId,
      source: 'canonical',
      type,
      call_id,
      direction: 'in',
      client: { raw: '79161234567', e164: '+79161234567', kind: 'e164' },
      occurred_at: at,
      occurred_at_quality: 'pbx_utc',
      received_at: at,
      origin: 'push',
      ...more,
    };
  }

  answeredCall(more: Partial<CallEvent> = {}): CallEvent[] {
    return [
      this.event('call.started', 0, more),
      this.event('leg.answered', 10, { employee: { ext: '102' }, ...more }),
      this.event('call.ended', 70, { outcome: 'answered', talk_sec: 60, total_sec: 70, ...more }),
    ];
  }

  missedCall(more: Partial<CallEvent> = {}): CallEvent[] {
    return [
      this.event('call.started', 0, more),
      this.event('call.ended', 30, { outcome: 'missed', talk_sec: 0, total_sec: 30, ...more }),
    ];
  }
}
