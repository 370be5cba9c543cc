import { type Socket, connect, isIP, Socket as TcpSocket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type ISocketFactory } from 'kafkajs';

const KEEP_ALIVE_AFTER_MS = 60_000;

/**
 * The sockets of one kafkajs client, so that it can be ended from outside: told to disconnect while a broker is away, it
 * goes on repeating requests and opening connections for as long as its own retries last.
 */
export class Sockets {
  private readonly open = new Set<Socket>();
  private isClosed = false;

  constructor(private readonly isTls: boolean) {}

  readonly factory: ISocketFactory = ({ host, port, onConnect }) => {
    if (this.isClosed) return refused();
    const socket = this.isTls
      ? connectTls({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}) }, onConnect)
      : connect({ host, port }, onConnect);
    socket.setKeepAlive(true, KEEP_ALIVE_AFTER_MS);
    this.open.add(socket);
    socket.once('close', () => this.open.delete(socket));
    return socket;
  };

  /** Cuts all connections and refuses new ones: whatever the client still tries fails at once. */
  close(): void {
    this.isClosed = true;
    for (const socket of this.open) socket.destroy(new Error('the client was closed'));
  }
}

function refused(): Socket {
  const socket = new TcpSocket();
  process.nextTick(() => socket.destroy(new Error('the client was closed')));
  return socket;
}
