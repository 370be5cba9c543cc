import { subscribe } from 'node:diagnostics_channel';
import { type Socket } from 'node:net';

const opened: Socket[] = [];
subscribe('net.client.socket', (message) => opened.push((message as { socket: Socket }).socket));

/** Resolves when this process's end of every connection it has opened so far knows that it is closed. */
export async function clientSocketsClosed(): Promise<void> {
  const open = opened.splice(0).filter((socket) => !socket.destroyed);
  // Not events.once(): a reset is an error first, and a close all the same.
  await Promise.all(open.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
}
