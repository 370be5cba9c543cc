import { AsyncLocalStorage } from 'node:async_hooks';
import { type RequestHandler } from 'express';
import { type Actor } from './access.js';

const requests = new AsyncLocalStorage<{ actor?: Actor }>();

/** What the service does by itself is done by nobody. */
export const nobody: Actor = { kind: 'service', id: null, name: 'Perezvon' };

/** Makes room for the actor of a request; the guard fills it. Everything that the request causes finds it there. */
export const roomForActor: RequestHandler = (_request, _response, next) => {
  requests.run({}, next);
};

export function nameActor(actor: Actor): void {
  const room = requests.getStore();
  if (room !== undefined) room.actor = actor;
}

/** By whom what happens now is done. */
export function currentActor(): Actor {
  return requests.getStore()?.actor ?? nobody;
}
