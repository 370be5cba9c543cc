import { afterEach, expect, it, jest } from '@jest/globals';
import type { PortalRow } from '../portals/portal.js';
import type { PortalTokens } from '../portals/portal-tokens.js';
import { LaneRuntimes } from './lane-runtime.js';

/** Nobody listens there: a request begins, and fails. */
const url = 'http://127.0.0.1:1';
const portal = { portalId: 'a', accountId: 'a', url } as PortalRow;
const tokens = { next: () => Promise.resolve('token') } as unknown as PortalTokens;

afterEach(() => {
  jest.restoreAllMocks();
});

it('lanes of Kommo had a budget each, while Kommo counts by our address: one pacer for all of them, and for first contacts', () => {
  const runtimes = new LaneRuntimes(tokens, { extraOrigins: [url], onRequest: () => () => undefined });
  const [one, other] = [runtimes.of('kommo:1'), runtimes.of('kommo:2')];
  expect(other.pacer).toBe(one.pacer);
  expect(runtimes.of('ru:1').pacer).not.toBe(runtimes.of('ru:2').pacer);
  runtimes.close();
});

it('the window of a lane was forgotten in the middle of a turn of more than a minute: over 7 requests a second', async () => {
  let seconds = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => seconds * 1_000);
  const runtimes = new LaneRuntimes(tokens, { extraOrigins: [url], onRequest: () => () => undefined });
  const inTurn = runtimes.of('busy');

  seconds = 50;
  await inTurn.clientOf(portal).account();
  expect(inTurn.requests).toBe(1);
  seconds = 100;
  runtimes.of('another');
  expect(runtimes.of('busy')).toBe(inTurn);

  seconds = 200;
  runtimes.of('another');
  expect(runtimes.of('busy')).not.toBe(inTurn);
  runtimes.close();
});
