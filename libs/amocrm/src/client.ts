import { createLinks } from './links.js';
import { type Pacer } from './pacer.js';
import { createReads, type Reads } from './reads.js';
import { type RequestObserver } from './request-observer.js';
import { Requester, type NoToken } from './requester.js';
import { Transport, type Timeouts } from './transport.js';
import { createWrites, type Writes } from './writes.js';
import { portalUrl, type PortalUrlProblem } from './portal-url.js';
import { createWebhooks } from './webhooks.js';
import { type Wire } from './wire.js';

export interface AmocrmClientOptions {
  /** The portal's address in any spelling; checked again here, so that no path around {@link portalUrl} exists. */
  baseUrl: string;
  /** `AMOCRM_EXTRA_ORIGINS`, parsed by {@link parseExtraOrigins}. */
  extraOrigins?: readonly string[];
  /**
   * The access token for the next request; asked for each time, so keep it cheap. After a 401 it is asked once more, with
   * the token that amoCRM refused: if it gives another one, the request is repeated with that. Why there is none ends the
   * request, nothing done; a rejection is thrown on, likewise.
   */
  token: (refused?: string) => Promise<string | NoToken>;
  /** The lane's budget, see {@link createPacer}. `slowDown` is called on a 429. Absent: no limit, for one-off calls. */
  pacer?: Pacer;
  /** Default 5 s to connect, 15 s to the first byte, 20 s in all (amocrm-api.md §1.1). */
  timeouts?: Partial<Timeouts>;
  /** Default 8 MiB: a page of 250 cards is well under 2. */
  maxBodyBytes?: number;
  /** Default 4 s: under the 5 s after which many servers close an idle connection. */
  maxIdleMs?: number;
  onRequest?: RequestObserver;
  /** In place of the network: a model of amoCRM in virtual time. The timeouts and limits above are then its own. */
  wire?: Wire;
}

type Links = ReturnType<typeof createLinks>;
type Webhooks = ReturnType<typeof createWebhooks>;

/** One portal's API. Reads end in a {@link ReadResult}, writes in a {@link WriteResult}; neither rejects for what amoCRM or the network does. */
export interface AmocrmClient extends Reads, Writes, Links, Webhooks {
  /** Canonical origin of the portal. */
  readonly origin: string;
  /** Closes idle connections. */
  close(): void;
}

/** Nothing is sent to an address that is neither an account of the vendor nor an extra origin. */
export class NotAnAccountAddress extends Error {
  readonly code = 'not_an_account_address';

  constructor(reason: PortalUrlProblem) {
    super(`not the address of an amoCRM account: ${reason}`);
    this.name = 'NotAnAccountAddress';
  }
}

/** @throws NotAnAccountAddress */
export function createAmocrmClient(options: AmocrmClientOptions): AmocrmClient {
  const portal = portalUrl(options.baseUrl, options.extraOrigins);
  if (!portal.ok) throw new NotAnAccountAddress(portal.reason);
  const transport =
    options.wire ??
    new Transport({
      origin: portal.origin,
      timeouts: { connectMs: 5_000, firstByteMs: 15_000, totalMs: 20_000, ...options.timeouts },
      maxBodyBytes: options.maxBodyBytes ?? 8 * 1024 * 1024,
      maxIdleMs: options.maxIdleMs ?? 4_000,
    });
  const requester = new Requester({
    transport,
    token: options.token,
    pacer: options.pacer,
    onRequest: options.onRequest,
  });
  return {
    origin: portal.origin,
    close: () => transport.close(),
    ...createReads(requester),
    ...createWrites(requester),
    ...createLinks(requester),
    ...createWebhooks(requester),
  };
}
