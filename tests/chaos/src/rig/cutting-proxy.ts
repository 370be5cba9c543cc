import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { type Dice } from './dice.js';

/** A simple query `COMMIT`, as a client of Postgres sends it: type, length, text, zero. */
const COMMIT = Buffer.from('COMMIT\0');

/**
 * Between a writer and Postgres: now and then the connection dies during a COMMIT. In half of the cases the server had
 * carried it out and only its answer is lost, in the other half it never came: the client cannot tell them apart.
 */
export class CuttingProxy {
  /** Commits whose outcome the client never learnt. */
  cuts = 0;
  /** How likely a COMMIT is to be cut; 0 lets everything pass. */
  probability = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly dice: Dice,
  ) {}

  static async before(port: number, dice: Dice): Promise<CuttingProxy> {
    const server = createServer();
    const proxy = new CuttingProxy(server, dice);
    server.on('connection', (client) => proxy.join(client, port));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(client: Socket, port: number): void {
    const server = connect(port, '127.0.0.1');
    let isCut = false;
    const drop = (): void => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      socket.on('error', drop);
      socket.on('close', () => {
        this.sockets.delete(socket);
        drop();
      });
    }
    client.on('data', (chunk) => {
      if (isCut || !chunk.includes(COMMIT) || this.dice.roll() >= this.probability) {
        server.write(chunk);
        return;
      }
      this.cuts += 1;
      isCut = true;
      if (this.dice.roll() < 0.5) drop();
      // The server's word that it has committed arrives here and goes no further.
      else server.write(chunk, () => server.once('data', drop));
    });
    server.on('data', (chunk) => {
      if (!isCut) client.write(chunk);
    });
  }
}
