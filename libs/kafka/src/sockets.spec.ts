import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Sockets } from './sockets.js';

describe('the sockets of a client', () => {
  let server: Server;
  let accepted: Socket[];
  beforeEach(async () => {
    accepted = [];
    server = createServer((socket) => accepted.push(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    for (const socket of accepted) socket.destroy();
    server.close();
    await once(server, 'close');
  });

  function open(sockets: Sockets): Socket {
    const { port } = server.address() as AddressInfo;
    return sockets.factory({ host: '127.0.0.1', port, ssl: {}, onConnect: () => undefined });
  }

  it('are cut when the client is abandoned', async () => {
    const sockets = new Sockets(false);
    const socket = open(sockets);
    await once(socket, 'connect');
    const failed = once(socket, 'error');
    sockets.close();
    expect(String((await failed)[0])).toContain('the client was closed');
    expect(socket.destroyed).toBe(true);
  });

  it('cannot be opened any more afterwards', async () => {
    const sockets = new Sockets(false);
    sockets.close();
    const socket = open(sockets);
    expect(String((await once(socket, 'error'))[0])).toContain('the client was closed');
    expect(accepted).toEqual([]);
  });
});
