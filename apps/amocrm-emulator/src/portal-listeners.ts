import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type Portal } from './portal.js';

/** What answers at a portal's addresses. */
export type PortalHandler = (req: IncomingMessage, res: ServerResponse, at: PortalAddress) => void;

export interface PortalAddress {
  readonly portal: Portal;
  /** The account has moved away from here to another subdomain (§1.6). */
  readonly isFormer: boolean;
}

/**
 * The HTTP servers of the process. A portal has one, and one more for each subdomain it was renamed to: here a subdomain
 * is a port, and the old one stays open to say that the account is gone.
 */
export class PortalListeners {
  private readonly servers: Server[] = [];

  constructor(
    private readonly hostname: string,
    private readonly handler: PortalHandler,
  ) {}

  /** The portal's first address, which is also where its `api_domain` answers for ever. */
  async open(portal: Portal, port: number): Promise<void> {
    portal.apiDomain = await this.listen(portal, port);
    portal.host = portal.apiDomain;
  }

  /** Moves the portal to a free port under another subdomain. */
  async rename(portal: Portal, subdomain: string): Promise<void> {
    portal.host = await this.listen(portal, 0);
    portal.subdomain = subdomain;
  }

  async close(): Promise<void> {
    await Promise.all(this.servers.map(close));
  }

  private async listen(portal: Portal, port: number): Promise<string> {
    let host = '';
    const server = createServer((req, res) => this.handler(req, res, { portal, isFormer: portal.host !== host }));
    // Held answers and half-sent requests are part of the play: the server itself never gives up on a caller.
    server.requestTimeout = 0;
    server.keepAliveTimeout = 60_000;
    this.servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, this.hostname, () => {
        server.off('error', reject);
        resolve();
      });
    });
    host = `${this.hostname}:${(server.address() as AddressInfo).port}`;
    return host;
  }
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    if (!server.listening) {
      resolve();
      return;
    }
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
