import { describe, expect, it } from '@jest/globals';
import { Slots, type Share } from './lane-requests.js';

/** Holds the only slot while the others queue, then lets them through one by one. */
async function orderOf(queued: readonly Share[]): Promise<Share[]> {
  const slots = new Slots(1);
  let release = (): void => undefined;
  const first = slots.hold('call', () => new Promise<void>((resolve) => (release = resolve)));
  const order: Share[] = [];
  const all = queued.map((share) => slots.hold(share, () => Promise.resolve(void order.push(share))));
  release();
  await Promise.all([first, ...all]);
  return order;
}

describe("the lane's slots", () => {
  it('let calls through first, then looks, then backfill', async () => {
    expect(await orderOf(['backfill', 'read_back', 'call'])).toEqual(['call', 'read_back', 'backfill']);
  });

  it('let a call that just happened through before those of a backlog, of which each third turn is', async () => {
    const backlog: Share[] = Array.from({ length: 6 }, () => 'call');
    const urgent: Share[] = Array.from({ length: 6 }, () => 'urgent');
    const order = await orderOf([...backlog, ...urgent]);
    expect(order.slice(0, 6)).toEqual(['urgent', 'urgent', 'call', 'urgent', 'urgent', 'call']);
  });

  it('give each fourth turn to a look and each eighth to backfill under a flood of calls', async () => {
    const calls: Share[] = Array.from({ length: 9 }, () => 'call');
    const order = await orderOf([...calls, 'read_back', 'backfill']);
    expect(order.indexOf('read_back')).toBe(3);
    expect(order.indexOf('backfill')).toBe(7);
  });

  it('let no more through than there are', async () => {
    const slots = new Slots(2);
    let running = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 9 }, () =>
        slots.hold('call', async () => {
          most = Math.max(most, (running += 1));
          await Promise.resolve();
          running -= 1;
        }),
      ),
    );
    expect(most).toBe(2);
  });
});
