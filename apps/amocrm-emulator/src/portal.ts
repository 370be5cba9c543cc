import { RequestLog } from './control/request-log.js';
import { type Clock } from './clock.js';
import { type FaultBook } from './faults/fault-book.js';
import { SCOPES } from './oauth/integration.js';
import { TokenBook, type Token } from './oauth/token-book.js';
import { RateLimiter, type RequestTimes } from './limits/rate-limiter.js';
import { type OutgoingCalls } from './outgoing-calls.js';
import { SeededRandom } from './random.js';
import { DEFAULT_SETTINGS, type PortalSettings } from './settings.js';
import { type PortalStore } from './store/portal-store.js';
import { freshStore } from './store/seed.js';
import { hooksOf } from './webhooks/hook.js';
import { Webhooks } from './webhooks/webhooks.js';

export interface PortalOptions {
  readonly id: string;
  readonly index: number;
  readonly subdomain: string;
  readonly name: string;
  readonly token: string;
  readonly seed: number;
  readonly settings: Partial<PortalSettings>;
  readonly logCapacity: number;
}

/** What a portal needs of the process around it. */
export interface Outside {
  readonly clock: Clock;
  readonly calls: OutgoingCalls;
  readonly faults: FaultBook;
  /** Calls are counted by address over all portals, where they are counted so. */
  readonly requestsByIp: RequestTimes;
}

/** One amoCRM account: what it holds, who may call it, its limits, its switches and the log of what was asked. */
export class Portal {
  readonly id: string;
  readonly name: string;
  readonly settings: PortalSettings;
  readonly log: RequestLog;
  subdomain: string;
  /** `host:port` where the account is to be found; the address it had before a renaming knows it no more (§1.6). */
  host = '';
  /** `host:port` that never changes, as the vendor's `api_domain`. */
  apiDomain = '';
  limiter: RateLimiter;
  store: PortalStore;
  tokens: TokenBook;
  webhooks: Webhooks;
  private readonly snapshots = new Map<string, PortalStore>();
  private nextSnapshot = 1;

  constructor(
    private readonly options: PortalOptions,
    private readonly outside: Outside,
  ) {
    this.id = options.id;
    this.subdomain = options.subdomain;
    this.name = options.name;
    this.settings = { ...DEFAULT_SETTINGS, ...options.settings };
    this.log = new RequestLog(options.logCapacity);
    this.limiter = new RateLimiter(this.settings, outside.clock, outside.requestsByIp);
    this.store = this.freshStore();
    this.tokens = this.freshTokens();
    this.webhooks = this.freshWebhooks();
  }

  /** Back to the day of signing up: contents, tokens, switches, limits, log, and the address of that day. */
  reset(): void {
    Object.assign(this.settings, DEFAULT_SETTINGS, this.options.settings);
    this.log.clear();
    this.limiter = new RateLimiter(this.settings, this.outside.clock, this.outside.requestsByIp);
    this.store = this.freshStore();
    this.tokens = this.freshTokens();
    this.webhooks.close();
    this.webhooks = this.freshWebhooks();
    this.snapshots.clear();
    this.subdomain = this.options.subdomain;
    this.host = this.apiDomain;
  }

  /** Away with cards, notes, tasks, claims and the log; people, pipelines, fields, tokens and switches stay. */
  clearCards(): void {
    this.log.clear();
    this.store = this.store.withoutCards();
  }

  /** Another long-lived token (§1.4) with what its user may; without `expiresAt` it never expires. */
  addToken(token: Pick<Token, 'id' | 'secret' | 'integrationId' | 'userId'> & Partial<Token>): void {
    const byAdmin = this.store.user(token.userId)?.is_admin === true;
    this.tokens.add({ byAdmin, scopes: SCOPES, expiresAt: null, ...token });
  }

  /** The token that the portal began with; null once it was revoked. */
  get longLivedToken(): string | null {
    return this.tokens.find(this.options.token)?.secret ?? null;
  }

  takeSnapshot(): string {
    const id = `snapshot-${this.nextSnapshot++}`;
    this.snapshots.set(id, this.store.copy());
    return id;
  }

  restoreSnapshot(id: string): boolean {
    const snapshot = this.snapshots.get(id);
    if (snapshot === undefined) return false;
    this.store = snapshot.copy();
    return true;
  }

  private freshTokens(): TokenBook {
    const tokens = new TokenBook({
      accountId: this.store.accountId,
      apiDomain: () => this.apiDomain,
      settings: this.settings,
      clock: this.outside.clock,
      random: new SeededRandom(this.options.seed + this.options.index),
    });
    const admin = this.store.directory.users.find((user) => user.is_admin);
    if (admin === undefined) throw new Error('a portal always has an administrator');
    const grant = { integrationId: 'integration-1', userId: admin.id, byAdmin: true, scopes: SCOPES };
    tokens.add({ id: 'token-1', secret: this.options.token, ...grant, expiresAt: null });
    return tokens;
  }

  private freshWebhooks(): Webhooks {
    const account = () => ({ id: this.store.accountId, subdomain: this.subdomain, host: this.host });
    return new Webhooks({ portalId: this.id, account, settings: this.settings, ...this.outside });
  }

  private freshStore(): PortalStore {
    const random = new SeededRandom(this.options.seed + this.options.index);
    const lag = () => this.settings.listingLagMs;
    return freshStore(this.options.index, this.outside.clock, random, lag, (change) =>
      this.webhooks.tell(() => hooksOf(this.store, change)),
    );
  }
}
