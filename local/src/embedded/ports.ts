import { once } from 'node:events';
import { createServer } from 'node:net';
import { systemErrorCode } from './system-error.js';

/** Another process listens on the port. The caller knows which setting chose it and says so. */
export class PortInUseError extends Error {
  readonly code = 'port_in_use';

  constructor(
    readonly port: number,
    options?: ErrorOptions,
  ) {
    super(`port ${String(port)} on 127.0.0.1 is in use by another process`, options);
    this.name = 'PortInUseError';
  }
}

/** A TCP port of 127.0.0.1 that was free a moment ago. Another process may take it before the caller does. */
export async function freePort(): Promise<number> {
  return listenOnce(0);
}

/** @throws PortInUseError when nothing can listen on the port now */
export async function assertPortFree(port: number): Promise<void> {
  try {
    await listenOnce(port);
  } catch (error) {
    if (systemErrorCode(error) === 'EADDRINUSE') throw new PortInUseError(port, { cause: error });
    throw error;
  }
}

async function listenOnce(port: number): Promise<number> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
  server.close();
  await once(server, 'close');
  return address.port;
}
