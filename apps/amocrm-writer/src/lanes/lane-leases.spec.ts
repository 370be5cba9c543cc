import { describe, expect, it } from '@jest/globals';
import { monotonicClock } from '@perezvon/amocrm';
import type { Fence } from '../ledger/ledger.js';
import { LaneLeases, type LeaseStore, type TurnEnd } from './lane-leases.js';
import { PostgresClock } from './postgres-clock.js';

const lane = 'ru:1';
const end: TurnEnd = { worked: true, pause: null, wasIdle: false };

/** Gives the lane to whoever asks, under the next epoch. */
class FreeLane implements LeaseStore {
  readonly renewed: Fence[] = [];
  private epoch = 0;

  take() {
    this.epoch += 1;
    const taken = { lane, epoch: String(this.epoch), failures: 0, wasOurs: true, lastHeldAt: null, now: 0 };
    return Promise.resolve([taken]);
  }

  renew(_holder: string, _leaseMs: number, fences: readonly Fence[]) {
    this.renewed.push(...fences);
    return Promise.resolve(fences.map((fence) => ({ ...fence, now: 0 })));
  }

  release(): Promise<void> {
    return Promise.resolve();
  }
}

describe('the leases of a process', () => {
  it('go on being renewed after the late end of an older turn of the same lane, whose lease was lost', async () => {
    const store = new FreeLane();
    const settings = { holder: 'one', leaseMs: 30_000, handOverMs: 0 };
    const leases = new LaneLeases(store, new PostgresClock(), monotonicClock, settings);
    const [older] = await leases.take(1);
    older?.lose();
    await leases.take(1);
    if (older !== undefined) await leases.release(older, end, 0);

    await leases.renew();
    expect(store.renewed.map(({ epoch }) => epoch)).toEqual(['2']);
  });
});
