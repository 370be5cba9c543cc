import { RequestLog } from './control/request-log.js';
import { type Clock } from './clock.js';
import { type Token } from './http/exchange.js';
import { RateLimiter } from './limits/rate-limiter.js';
import { SeededRandom } from './random.js';
import { DEFAULT_SETTINGS, type PortalSettings } from './settings.js';
import { type PortalStore } from './store/portal-store.js';
import { freshStore } from './store/seed.js';

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

/** One amoCRM account: what it holds, who may call it, its limits, its switches and the log of what was asked. */
export class Portal {
  readonly id: string;
  readonly subdomain: string;
  readonly name: string;
  readonly settings: PortalSettings;
  readonly log: RequestLog;
  limiter: RateLimiter;
  store: PortalStore;
  private tokens: Token[];
  private readonly snapshots = new Map<string, PortalStore>();
  private nextSnapshot = 1;

  constructor(
    private readonly options: PortalOptions,
    private readonly clock: Clock,
  ) {
    this.id = options.id;
    this.subdomain = options.subdomain;
    this.name = options.name;
    this.settings = { ...DEFAULT_SETTINGS, ...options.settings };
    this.log = new RequestLog(options.logCapacity);
    this.limiter = new RateLimiter(this.settings);
    this.store = this.freshStore();
    this.tokens = [this.firstToken()];
  }

  /** Back to the day of signing up: contents, tokens, switches, limits and log. */
  reset(): void {
    Object.assign(this.settings, DEFAULT_SETTINGS, this.options.settings);
    this.log.clear();
    this.limiter = new RateLimiter(this.settings);
    this.store = this.freshStore();
    this.tokens = [this.firstToken()];
    this.snapshots.clear();
  }

  /** Away with cards, notes, tasks, claims and the log; people, pipelines, fields, tokens and switches stay. */
  clearCards(): void {
    this.log.clear();
    this.store = this.store.withoutCards();
  }

  tokenOf(secret: string): Token | undefined {
    return this.tokens.find((token) => token.secret === secret);
  }

  /** Another long-lived token: of another integration, or of a user with fewer rights. */
  addToken(token: Token): void {
    this.tokens.push(token);
  }

  /** From now on the token answers 401 (§1.7). */
  revokeToken(id: string): boolean {
    const before = this.tokens.length;
    this.tokens = this.tokens.filter((token) => token.id !== id);
    return this.tokens.length < before;
  }

  tokenIds(): string[] {
    return this.tokens.map((token) => token.id);
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

  private firstToken(): Token {
    const admin = this.store.directory.users.find((user) => user.is_admin);
    if (admin === undefined) throw new Error('a portal always has an administrator');
    return { id: 'token-1', secret: this.options.token, integrationId: 'integration-1', userId: admin.id };
  }

  private freshStore(): PortalStore {
    const random = new SeededRandom(this.options.seed + this.options.index);
    return freshStore(this.options.index, this.clock, random, () => this.settings.listingLagMs);
  }
}
