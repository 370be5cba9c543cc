import {
  createAmocrmClient,
  createPacer,
  type AmocrmClient,
  type RequestObserver,
  type WindowPacer,
  type Timeouts,
} from '@perezvon/amocrm';
import type { PortalRow } from '../portals/portal.js';
import type { PortalTokens } from '../portals/portal-tokens.js';
import { isOfSharedBudget, sharesBudget } from './lane-name.js';
import { maxInFlight, Slots } from './lane-requests.js';

export interface ClientSettings {
  readonly extraOrigins: readonly string[];
  readonly timeouts?: Partial<Timeouts>;
  readonly onRequest: RequestObserver;
}

/**
 * So long after its last turn began or its last request, a lane's runtime is forgotten: it holds nothing but what its next
 * turn makes anew.
 */
const forgetAfterMs = 60_000;

/** What one process keeps of a lane between turns: the window of its own requests, its slots, its connections. */
export interface LaneRuntime {
  readonly pacer: WindowPacer;
  readonly slots: Slots;
  /** Requests begun since the runtime was made. */
  readonly requests: number;
  clientOf(portal: PortalRow): AmocrmClient;
}

interface Kept extends LaneRuntime {
  requests: number;
  usedAt: number;
  close(): void;
}

/** Idle lanes cost nothing: a runtime outlives the window of amoCRM's limit and is then dropped. */
export class LaneRuntimes {
  private readonly kept = new Map<string, Kept>();
  /** Of all lanes whose host counts by our address; which process sends there is the leases' business. */
  private readonly shared = createPacer();

  constructor(
    private readonly tokens: PortalTokens,
    private readonly settings: ClientSettings,
  ) {}

  of(lane: string): LaneRuntime {
    this.forgetUnused();
    const runtime = this.kept.get(lane) ?? this.create(lane);
    this.use(lane, runtime);
    return runtime;
  }

  private use(lane: string, runtime: Kept): void {
    runtime.usedAt = performance.now();
    // Put last: a Map keeps the order of insertion, so the first is the one unused for longest.
    this.kept.delete(lane);
    this.kept.set(lane, runtime);
  }

  /** A client outside of any lane's own budget, for the first request to a portal. */
  unpaced(portal: PortalRow): AmocrmClient {
    return isOfSharedBudget(portal.url) ? this.client(portal, this.shared) : this.client(portal);
  }

  close(): void {
    for (const runtime of this.kept.values()) runtime.close();
    this.kept.clear();
  }

  private create(lane: string): Kept {
    const pacer = sharesBudget(lane) ? this.shared : createPacer();
    const clients = new Map<string, AmocrmClient>();
    const kept: Kept = {
      pacer,
      slots: new Slots(maxInFlight),
      requests: 0,
      usedAt: performance.now(),
      clientOf: (portal) => {
        // A changed address is another client: the old one would go on sending to the old host.
        const key = `${portal.portalId}|${portal.url}`;
        const onBegin = (): void => {
          kept.requests += 1;
          // A turn may outlast the time after which an idle runtime goes; its window must not go with it.
          if (this.kept.get(lane) === kept) this.use(lane, kept);
        };
        const client = clients.get(key) ?? this.client(portal, pacer, onBegin);
        clients.set(key, client);
        return client;
      },
      close: () => {
        for (const client of clients.values()) client.close();
      },
    };
    return kept;
  }

  private client(portal: PortalRow, pacer?: WindowPacer, onBegin?: () => void): AmocrmClient {
    return createAmocrmClient({
      baseUrl: portal.url,
      extraOrigins: this.settings.extraOrigins,
      token: (refused) => this.tokens.next(portal, refused),
      onRequest: (start) => {
        onBegin?.();
        return this.settings.onRequest(start);
      },
      ...(pacer ? { pacer } : {}),
      ...(this.settings.timeouts ? { timeouts: this.settings.timeouts } : {}),
    });
  }

  private forgetUnused(): void {
    const before = performance.now() - forgetAfterMs;
    for (const [lane, runtime] of this.kept) {
      if (runtime.usedAt > before) return;
      runtime.close();
      this.kept.delete(lane);
    }
  }
}
